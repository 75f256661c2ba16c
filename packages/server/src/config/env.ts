// The names that Holdfast reads from the environment, and nothing else: `config.ts` checks values.

/** One line a name, as the help of commands shows it. */
export const ENV_NAMES = {
  HOLDFAST_HOST: 'address to listen on (127.0.0.1)',
  HOLDFAST_PORT: 'port to listen on (7400); 0 takes a free one',
  HOLDFAST_DATA: 'folder that holds everything (./data)',
  HOLDFAST_MEDIA: 'folder of the videos and pictures that people upload (media in the folder)',
  HOLDFAST_KEY_FILE: 'file of the key under which data is encrypted (at-rest.key in the folder)',
  HOLDFAST_CELLS: 'jurisdictions to run, apart by commas (us,eu)',
  HOLDFAST_RESIDENCY: 'cell of people who do not say where they live (the first of the cells)',
  HOLDFAST_COUNTRY_HEADER:
    'header in which a proxy in front says the country, such as cf-ipcountry',
  HOLDFAST_OPERATOR: 'name of the operator that founds new cells (local-operator)',
  HOLDFAST_SERVICE_KEY: 'a service key, beside those of `holdfast keys`',
  HOLDFAST_OPERATOR_KEY: 'an operator key, beside those of `holdfast keys`',
  HOLDFAST_SECURE_COOKIES: '1 when people reach this server over HTTPS only (0)',
  HOLDFAST_TRUST_PROXY: '1 when a proxy in front sets X-Forwarded-For, and nobody else can (0)',
  HOLDFAST_FLUSH_ROWS: 'rows that change before the state is stored (100000)',
  HOLDFAST_FLUSH_SECONDS: 'longest time before the state is stored (5)',
  HOLDFAST_JURISDICTION: 'jurisdiction of a cell that runs on its own',
  HOLDFAST_SEED_MB_PER_S: 'megabytes a second that a copy for another party may take (no limit)',
  HOLDFAST_SITE: 'name of the place where a part runs, one for each part of an operator',
  HOLDFAST_LOCATION: 'where the data of a cell lies, in words for everybody to read',
  HOLDFAST_URL: 'address at which others reach a cell that runs on its own',
  HOLDFAST_REGISTRAR: 'address of the registrar, for parts that run on their own',
  HOLDFAST_REGISTRAR_KEY: 'its public key (the one that witnessed the first entry)',
  HOLDFAST_TRUST_GATEWAY: 'gateways that a cell lets in: a file or folder of their lines',
  HOLDFAST_STATUS: '0 runs no status page beside the server (1)',
  HOLDFAST_STATUS_URL: 'origin under which others reach the status page',
  HOLDFAST_SMTP_URL: 'mail server of the status page, such as smtps://user:password@host',
  HOLDFAST_SMTP_FROM: 'sender of the mail of the status page',
  HOLDFAST_LOG: 'least level that is logged: debug, info, warn, error or silent (info)',
} as const;

export type EnvName = keyof typeof ENV_NAMES;

/** What only parts that run on their own are told. */
const OF_PARTS: readonly EnvName[] = [
  'HOLDFAST_JURISDICTION',
  'HOLDFAST_SEED_MB_PER_S',
  'HOLDFAST_SITE',
  'HOLDFAST_LOCATION',
  'HOLDFAST_URL',
  'HOLDFAST_REGISTRAR',
  'HOLDFAST_REGISTRAR_KEY',
  'HOLDFAST_TRUST_GATEWAY',
];

/** Names with what they mean, for the help of `start`, which has no parts of its own. */
export function envHelpOfStart(): readonly (readonly [string, string])[] {
  return Object.entries(ENV_NAMES).filter(([name]) => !OF_PARTS.some((part) => part === name));
}

/** The same for a part: the names that it reads. */
export function envHelpOf(names: readonly EnvName[]): readonly (readonly [string, string])[] {
  return names.map((name) => [name, ENV_NAMES[name]]);
}

/** What was set, by name. An empty value is as good as none, as is usual in compose files. */
export type EnvValues = Readonly<Partial<Record<EnvName, string>>>;

export type EnvReading = Readonly<{
  values: EnvValues;
  /** Names that begin like ours and are not: most likely misspelled, so worth a warning. */
  unknownNames: readonly string[];
}>;

const PREFIX = 'HOLDFAST_';

/** Picks our names out of an environment. */
export function readEnv(env: Readonly<Record<string, string | undefined>>): EnvReading {
  const values: Partial<Record<EnvName, string>> = {};
  const unknownNames: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(PREFIX)) continue;
    if (!isEnvName(name)) unknownNames.push(name);
    else if (value !== undefined && value.trim() !== '') values[name] = value.trim();
  }
  return { values, unknownNames: unknownNames.toSorted() };
}

function isEnvName(name: string): name is EnvName {
  return Object.hasOwn(ENV_NAMES, name);
}
