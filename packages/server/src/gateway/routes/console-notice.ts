// /console: says where the operators' console is. It is served by the process of each cell, which
// alone has the controls (docs/spec/console.md, CO33).

import type { FastifyInstance } from 'fastify';
import { inPageScope } from './pages.ts';

const NOTICE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>The operators' console is elsewhere</title>
<h1>The operators' console is elsewhere</h1>
<p>This address is for everybody, and steers nothing. Each cell that runs as a process of its own serves
a console at its own address, to the operators who were added there:</p>
<ol>
<li>Run the parts apart: <code>holdfast registrar</code>, <code>holdfast cell</code> and
<code>holdfast gateway</code>. The README says how, under &ldquo;On several machines&rdquo;.</li>
<li>Add yourself on the machine of the cell: <code>holdfast staff add NAME --data DIR</code>.</li>
<li>Open <code>/console</code> at the address of the cell, such as
<code>http://127.0.0.1:7421/console</code>.</li>
</ol>
<p><code>holdfast start</code> runs everything in one process. Its cells have one owner and no other party
to be handed to, so there is nothing to steer. To watch a hand-over, run
<code>npm run demo:handover</code>.</p>
<p><a href="/trust">Who runs each country, and since when</a></p></html>
`;

export async function addConsoleNotice(app: FastifyInstance, https: boolean): Promise<void> {
  await inPageScope(app, https, (scope) => {
    for (const url of ['/console', '/console/*']) {
      scope.get(url, (_request, reply) =>
        reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(NOTICE),
      );
    }
  });
}
