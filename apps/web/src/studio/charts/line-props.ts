import type { ReactNode } from 'react';
import type { Formats, Unit } from '../formats.ts';
import type { Grain } from '../period.ts';
import type { Zone } from '../zone.ts';
import type { Bucket } from './buckets.ts';
import type { ChartMark } from './line-geometry.ts';

/** A mark with the sentence that it stands for. */
export type SaidMark = ChartMark & Readonly<{ text: string }>;

export type LineChartProps = Readonly<{
  title: string;
  note?: ReactNode;
  /** Says what a table of this is, in a sentence. */
  caption: string;
  buckets: readonly Bucket[];
  /** The buckets that it is compared with, by place; empty when it is not. */
  compared: readonly (Bucket | undefined)[];
  marks: readonly SaidMark[];
  grain: Grain | 'minute';
  grainMs: number;
  unit: Unit;
  zone: Zone;
  formats: Formats;
  foot?: ReactNode;
}>;
