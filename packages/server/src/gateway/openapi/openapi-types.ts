// The part of OpenAPI 3.1 that the document uses, and short ways to write it.

export type Schema = Readonly<Record<string, unknown>>;

type Content = Readonly<Record<string, Readonly<{ schema: Schema; example?: unknown }>>>;
export type Answer =
  Readonly<{ description: string; content?: Content }> | Readonly<{ $ref: string }>;
export type Parameter = Readonly<{
  name: string;
  in: 'path' | 'query' | 'header';
  description: string;
  required?: boolean;
  schema: Schema;
}>;

export type Operation = Readonly<{
  operationId: string;
  summary: string;
  description?: string;
  tags: readonly string[];
  /** Any one of these is enough; `{}` means that none is needed. */
  security: readonly Readonly<Record<string, readonly string[]>>[];
  parameters?: readonly Parameter[];
  requestBody?: Readonly<{ required: boolean; content: Content }>;
  responses: Readonly<Record<string, Answer>>;
}>;

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
export type Paths = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;

/** A schema of the document by name. */
export function named(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** An object whose listed fields are all there, but for those that `optional` names. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

export function list(items: Schema, more: Schema = {}): Schema {
  return { type: 'array', items, ...more };
}

/** An object with any keys. */
export function mapOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

/** A good answer in JSON. */
export function answer(description: string, schema: Schema): Answer {
  return { description, content: { 'application/json': { schema } } };
}

/** Errors, all of one form. */
export function problems(...statuses: readonly number[]): Readonly<Record<string, Answer>> {
  const problem = { $ref: '#/components/responses/Problem' };
  return Object.fromEntries(statuses.map((status) => [String(status), problem]));
}

/** A body in JSON. */
export function jsonBody(schema: Schema, required = true): NonNullable<Operation['requestBody']> {
  return { required, content: { 'application/json': { schema } } };
}

export function inPath(name: string, schema: Schema, description: string): Parameter {
  return { name, in: 'path', required: true, description, schema };
}

export function inQuery(name: string, schema: Schema, description: string): Parameter {
  return { name, in: 'query', description, schema };
}

export const NO_CREDENTIAL = [{}] as const;
export const GRANT = [{ grant: [] }] as const;
export const SERVICE_KEY = [{ serviceKey: [] }] as const;
export const OPERATOR_KEY = [{ operatorKey: [] }] as const;
export const COOKIE = [{ cookie: [] }] as const;
