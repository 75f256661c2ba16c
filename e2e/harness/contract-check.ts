// Holds every answer of a server against the OpenAPI document that the same server gives out.

import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { send } from './http.ts';
import type { Answer } from './http.ts';

type Reference = Readonly<{ $ref: string }>;
type Response = Readonly<{ content?: Readonly<Record<string, unknown>> }>;
type Operation = Readonly<{ responses: Readonly<Record<string, Response | Reference>> }>;
type Document = Readonly<{ paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }>;

/** Throws when an answer is not one that the document promises. */
export type ContractCheck = (method: string, path: string, answer: Answer) => void;

const DOCUMENT_ID = 'openapi';

/** Reads the document of a server. */
export async function contractOf(url: string): Promise<ContractCheck> {
  const { body } = await send(url, 'GET', '/openapi.json');
  const document = body as Document;
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: DOCUMENT_ID, ...document });
  const compiled = new Map<string, ValidateFunction>();
  const validatorOf = (at: string): ValidateFunction => {
    const known = compiled.get(at);
    if (known !== undefined) return known;
    const validate = ajv.compile({ $ref: `${DOCUMENT_ID}#${at}` });
    compiled.set(at, validate);
    return validate;
  };
  const templates = Object.keys(document.paths).map((template) => ({
    template,
    at: pattern(template),
  }));

  return (method, path, answer) => {
    const pathname = path.split('?', 1)[0] ?? '';
    // The paths with fixed words come before the parameters that they would also fit.
    const found = templates
      .filter(({ at }) => at.test(pathname))
      .sort((left, right) => parameters(left.template) - parameters(right.template))[0];
    const operation = document.paths[found?.template ?? '']?.[method.toLowerCase()];
    // What the document does not have is answered as the rules for unknown paths say.
    if (found === undefined || operation === undefined) return;
    const where = `${method} ${found.template} ${answer.status}`;
    const response = operation.responses[String(answer.status)];
    if (response === undefined) throw new Error(`${where} is not in the document: ${answer.text}`);
    const at =
      '$ref' in response
        ? response.$ref.slice(1)
        : pointer(
            'paths',
            found.template,
            method.toLowerCase(),
            'responses',
            String(answer.status),
          );
    const content = resolved(document, at).content ?? {};
    const type = (answer.headers['content-type'] ?? '').split(';', 1)[0] ?? '';
    if (Object.keys(content).length === 0) {
      if (answer.text !== '') throw new Error(`${where} must have no body`);
      return;
    }
    if (!Object.hasOwn(content, type)) throw new Error(`${where} is ${type}: ${answer.text}`);
    if (!type.endsWith('json')) return;
    const validate = validatorOf(`${at}${pointer('content', type, 'schema')}`);
    if (validate(answer.body)) return;
    throw new Error(
      `${where} breaks the document: ${ajv.errorsText(validate.errors)} ${answer.text}`,
    );
  };
}

function pattern(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
}

function parameters(template: string): number {
  return template.split('{').length;
}

function pointer(...names: readonly string[]): string {
  const escaped = names.map((name) => name.replaceAll('~', '~0').replaceAll('/', '~1'));
  return escaped.map((name) => `/${encodeURIComponent(name)}`).join('');
}

function resolved(document: Document, at: string): Response {
  let value: unknown = document;
  for (const part of at.split('/').slice(1)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value as Response;
}
