// `npm run demo:handover`: a country changes operator while people go on liking, is taken back, and
// loses a site. At the end an oracle that stood outside compares every count.
//
// Everything runs on this machine in a folder of its own, which is removed at the end.

import { runDemo } from './demo-handover/story.ts';

process.exitCode = await runDemo((text) => process.stdout.write(text));
