// The picture of a hand-over in words and bars; pure.

import type { Gate } from '@holdfast/engine/handover/gates.ts';
import type { HandoverStatus, PartyName } from '../../replication/handover-status.ts';
import type { Paint } from '../cli-io.ts';
import { columns } from '../columns.ts';
import { durationText, grouped } from '../progress.ts';

const BAR_CHARS = 24;
const UNKNOWN = 'not known';

/** The whole picture, a line each; no line is longer than `widthMax` before it is painted. */
export function pictureOf(
  status: HandoverStatus,
  paint: Paint,
  widthMax: number,
): readonly string[] {
  const { handover } = status;
  const rows: (readonly string[])[] = [
    ['Cell', `${status.cell}, epoch ${status.epoch}, ${ownerText(status)}`],
    ['This party', `${nameOf(status.party)}, ${status.state}`],
  ];
  if (handover !== null) {
    const goal = handover.mode === 'follow' ? 'a copy is kept at' : 'to';
    rows.push(['Hand-over', `${handover.id}, ${goal} ${nameOf(handover.target)}${wordOf(status)}`]);
  }
  if (handover !== null && handover.ended === null) {
    rows.push(
      ['Progress', progressText(status)],
      ['Lag', lagText(status).replace('lag ', '')],
      ['Rates', ratesText(status)],
    );
  }
  if (status.pause !== null) {
    rows.push(['Pause', pauseText(status)], ['Ops', opsText(status)]);
  }
  if (status.certificate !== null) rows.push(['Certificate', certificateText(status)]);
  if (handover !== null && handover.ended !== null) {
    const { outcome, reason, atMs } = handover.ended;
    const word = outcome === 'aborted' ? 'stopped' : 'handed over';
    rows.push(['Ended', `${word} at ${new Date(atMs).toISOString()}: ${reason}`]);
  }
  const lines = columns(rows).map((line) => cut(line, widthMax));
  return [...lines, ...gateLines(status.gates, paint, widthMax)];
}

/** The same in one line, for logs and pipes. */
export function lineOf(status: HandoverStatus): string {
  const { handover, gates, pause } = status;
  if (handover === null) return `${status.cell} ${status.state}: no hand-over was started here`;
  if (handover.ended !== null) {
    const { outcome, reason } = handover.ended;
    const certificate = status.certificate === null ? '' : `; ${certificateText(status)}`;
    return `${handover.id} ${outcome}: ${reason}${pauseNote(pause)}${certificate}`;
  }
  const parts = [progressText(status), lagText(status), ...lightsOf(gates)];
  return `${handover.id} ${status.state}: ${parts.join('; ')}`;
}

function lightsOf(gates: readonly Gate[]): readonly string[] {
  const held = gates.filter(({ light }) => light !== 'green');
  if (gates.length > 0 && held.length === 0) return ['all gates green'];
  return held.map(({ name, light, reason }) => `${name} ${light}: ${reason}`);
}

/** What has to differ for a new line to be worth writing. */
export function gistOf({ state, epoch, handover, gates, certificate }: HandoverStatus): string {
  const lights = gates.map(({ light }) => light).join();
  return [state, epoch, handover?.ended?.outcome, lights, certificate?.isMade].join(' ');
}

function ownerText({ owner }: HandoverStatus): string {
  return owner === null ? 'not in the charter yet' : `owned by ${nameOf(owner)}`;
}

function nameOf({ operator, site }: PartyName): string {
  return `${operator}/${site}`;
}

function wordOf({ handover, state }: HandoverStatus): string {
  if (handover?.mode !== 'approve' || handover.ended !== null) return '';
  if (handover.isApproved) return '; the cut is approved';
  return state === 'joint' ? '; WAITS for `holdfast handover approve`' : '; the cut needs approval';
}

function progressText({ progress, state }: HandoverStatus): string {
  const { copying, batchesLeft, leftMs, pace } = progress;
  const left = leftMs === null ? '' : `, about ${durationText(leftMs)} left`;
  const word = pace === 'idle' ? 'nothing left to copy' : pace;
  if (state === 'seeding' && copying !== null) {
    const share = copying.bytesTotal === 0 ? 0 : copying.bytes / copying.bytesTotal;
    const speed = copying.bytesPerSecond === null ? '' : `, ${bytesText(copying.bytesPerSecond)}/s`;
    const size = `${bytesText(copying.bytes)} of ${bytesText(copying.bytesTotal)}`;
    const why = copying.heldBack === null ? '' : `: ${copying.heldBack}`;
    return `${barOf(share)} ${Math.floor(share * 100)} % (${size})${speed}${left}, ${word}${why}`;
  }
  const batches = batchesLeft === null ? UNKNOWN : `${grouped(batchesLeft)} batches to go`;
  return batchesLeft === 0 ? word : `${batches}${left}, ${word}`;
}

function barOf(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_CHARS);
  return '█'.repeat(full) + '░'.repeat(BAR_CHARS - full);
}

function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

function lagText({ lag }: HandoverStatus): string {
  return lag.kind === 'unknown' ? `lag ${UNKNOWN}` : `lag ${lag.lagMs} ms, ${lag.trend}`;
}

function ratesText({ rates }: HandoverStatus): string {
  const { ownerOpsPerSecond, ownerBatchesPerSecond, followerBatchesPerSecond } = rates;
  const owner = `owner ${perSecond(ownerOpsPerSecond, 'ops')}, ${perSecond(ownerBatchesPerSecond, 'batches')}`;
  return `${owner}; follower ${perSecond(followerBatchesPerSecond, 'batches')}`;
}

function perSecond(rate: number | null, what: string): string {
  return rate === null ? `${what} ${UNKNOWN}` : `${grouped(Math.round(rate))} ${what}/s`;
}

function pauseText({ pause }: HandoverStatus): string {
  if (pause === null) return UNKNOWN;
  return pause.isOver ? `${pause.pauseMs} ms` : `${pause.pauseMs} ms so far`;
}

function pauseNote(pause: HandoverStatus['pause']): string {
  return pause === null ? '' : `; pause ${pause.pauseMs} ms`;
}

function opsText({ ops }: HandoverStatus): string {
  const counts = Object.entries({
    'turned away': ops.turnedAway,
    held: ops.held,
    retried: ops.retried,
    refused: ops.refused,
    'errors to clients': ops.clientErrors,
  });
  const known = counts.flatMap(([name, n]) => (n === null ? [] : [`${grouped(n)} ${name}`]));
  const unknown = counts.flatMap(([name, n]) => (n === null ? [name] : []));
  return [...known, ...(unknown.length > 0 ? [`${unknown.join(', ')}: ${UNKNOWN}`] : [])].join(
    '; ',
  );
}

function certificateText({ certificate }: HandoverStatus): string {
  if (certificate === null) return 'none';
  return certificate.isMade ? certificate.detail : `not complete yet: ${certificate.detail}`;
}

function gateLines(gates: readonly Gate[], paint: Paint, widthMax: number): readonly string[] {
  const colours = { green: paint.good, red: paint.bad, unknown: paint.warn };
  return gates.map(({ name, light, reason }) => {
    const words = cut(`  ${name.padEnd(10)}${light.padEnd(9)}${reason}`, widthMax);
    return words.replace(light, colours[light](light));
  });
}

function cut(line: string, widthMax: number): string {
  return line.length <= widthMax ? line : `${line.slice(0, Math.max(1, widthMax - 1))}…`;
}
