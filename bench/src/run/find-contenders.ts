// Which servers can be measured here, and with which settings.

import type { Contender, ContenderName } from '../contenders/contender.ts';
import { frontContender } from '../contenders/front.ts';
import { holdfastContender, type HoldfastOptions } from '../contenders/holdfast.ts';
import { findPostgres } from '../contenders/postgres.ts';
import { findRedis } from '../contenders/redis.ts';
import type { LikesJob } from '../load/job.ts';
import type { ContenderReport } from '../results/report.ts';
import type { CaseTools } from '../workloads/workload.ts';

/** The pool is sized by trying: the best differs with cores and disk. */
const POOL_SIZES = [8, 16, 32, 64] as const;
const POOL_SIZE_QUICK = 32;
const POOL_TRIAL: LikesJob = {
  kind: 'likes',
  connections: 64,
  sessions: 1_024,
  videos: 2_000,
  opsPerRequest: 1,
  hot: false,
  window: { warmUpMs: 1_000, measureMs: 2_000 },
};

export type FoundContenders = Readonly<{
  contenders: readonly Contender[];
  reports: readonly ContenderReport[];
}>;

export async function findContenders(
  wanted: ReadonlySet<ContenderName>,
  holdfast: HoldfastOptions,
  quick: boolean,
  tools: Pick<CaseTools, 'measureLoad' | 'say'>,
): Promise<FoundContenders> {
  const contenders: Contender[] = [];
  const reports: ContenderReport[] = [];
  const add = (contender: Contender): void => {
    contenders.push(contender);
    const { name, title, describe } = contender;
    reports.push({ kind: 'ran', name, title, describe });
  };
  if (wanted.has('holdfast')) add(holdfastContender(holdfast));
  if (wanted.has('redis')) {
    const found = await findRedis(holdfast.scratchFolder);
    if (found.kind === 'available') add(found.contender);
    else reports.push({ kind: 'missing', name: 'redis', title: 'Fastify + Redis', why: found.why });
  }
  if (wanted.has('postgres')) {
    const found = await postgresContender(holdfast.scratchFolder, quick, tools);
    if (typeof found !== 'string') add(found);
    else
      reports.push({
        kind: 'missing',
        name: 'postgres',
        title: 'Fastify + PostgreSQL',
        why: found,
      });
  }
  if (wanted.has('front')) add(frontContender);
  return { contenders, reports };
}

/** The contender, or why there is none: a stand-in that does not start must not stop the rest. */
async function postgresContender(
  scratchFolder: string,
  quick: boolean,
  tools: Pick<CaseTools, 'measureLoad' | 'say'>,
): Promise<Contender | string> {
  const found = await findPostgres(scratchFolder);
  if (found.kind === 'missing') return found.why;
  try {
    return await bestPool(found.withPool, quick, tools);
  } catch (error) {
    return `it did not run here: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function bestPool(
  withPool: (poolSize: number) => Contender,
  quick: boolean,
  tools: Pick<CaseTools, 'measureLoad' | 'say'>,
): Promise<Contender> {
  if (quick) return withPool(POOL_SIZE_QUICK);
  let best = { contender: withPool(POOL_SIZE_QUICK), opsPerSecond: 0 };
  for (const poolSize of POOL_SIZES) {
    const contender = withPool(poolSize);
    const result = await tools.measureLoad(contender, POOL_TRIAL, ['likes']);
    const opsPerSecond = result.kind === 'measured' ? (result.metrics.opsPerSecond ?? 0) : 0;
    tools.say(`PostgreSQL, pool of ${poolSize}: ${Math.round(opsPerSecond)} ops/s`);
    if (opsPerSecond > best.opsPerSecond) best = { contender, opsPerSecond };
  }
  return best.contender;
}
