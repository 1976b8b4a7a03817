// Scenario files (tests/scenarios/README.md) -> sequence charts, and the loop that plays one. scenario.cpp does the
// same for the native core.
import { readdirSync, readFileSync } from 'node:fs';

export interface Scenario {
  /** "wills.txt: a sentence" */
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  readonly lines: readonly { readonly text: string; readonly place: string }[];
}

export function scenariosIn(folder: string): Scenario[] {
  const place = new URL(`../scenarios/${folder}/`, import.meta.url);
  return readdirSync(place)
    .sort()
    .flatMap((file) => read(file, readFileSync(new URL(file, place), 'utf8')));
}

function read(file: string, text: string): Scenario[] {
  const scenarios: { name: string; options: Record<string, number>; lines: Scenario['lines'][number][] }[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const scenario = scenarios.at(-1);
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('= ')) scenarios.push({ name: `${file}: ${line.slice(2)}`, options: {}, lines: [] });
    else if (scenario === undefined) throw new Error(`${file}:${index + 1} stands before the first title`);
    else if (line.startsWith('with ')) Object.assign(scenario.options, optionsOf(line));
    else scenario.lines.push({ text: line, place: `${file}:${index + 1}: ${line}` });
  }
  return scenarios;
}

function optionsOf(line: string): Record<string, number> {
  const pairs = line.split(' ').slice(1);
  return Object.fromEntries(pairs.map((pair) => pair.split('=')).map(([name, value]) => [name, Number(value)]));
}

/** What a scenario is played on: names send lines, and hear lines. */
export interface Stage {
  send(who: string, line: string): void;
  lose(who: string): void;
  advance(milliseconds: number): void;
  /** Called behind each of these: everything that comes of it has been heard when this resolves. */
  settle(hear: (who: string, line: string) => void): Promise<void>;
}

/** Whatever anybody hears must be what the next lines say, all of it, before anything else is done. */
export async function play({ lines }: Scenario, stage: Stage): Promise<void> {
  const heard = new Map<string, string[]>();
  const nothingElse = (place: string): void => {
    const left = [...heard].flatMap(([who, inbox]) => inbox.map((line) => `${who} heard: ${line}`));
    if (left.length > 0) throw new Error(`before ${place}\n${left.join('\n')}`);
  };
  for (const { text, place } of lines) {
    const [, who, what] = /^(\S+) (.+)$/.exec(text) ?? [];
    if (who === undefined || what === undefined) throw new Error(`${place}: a line of one word`);
    if (what.startsWith('<- ')) {
      const line = heard.get(who)?.shift() ?? 'nothing';
      if (!fits(what.slice(3), line)) throw new Error(`${place}\n${who} heard: ${line}`);
      continue;
    }
    nothingElse(place);
    act(stage, who, what, place);
    await stage.settle((name, line) => heard.set(name, [...(heard.get(name) ?? []), line]));
  }
  nothingElse('the end');
}

function act(stage: Stage, who: string, what: string, place: string): void {
  const [, count, unit] = /^(\d+)(ms|s)$/.exec(what) ?? [];
  if (what.startsWith('-> ')) stage.send(who, what.slice(3));
  else if (what === 'lost') stage.lose(who);
  else if (who === 'advance' && count !== undefined) stage.advance(Number(count) * (unit === 's' ? 1000 : 1));
  else throw new Error(`${place}: neither sent nor heard, neither lost nor time`);
}

function fits(wanted: string, heard: string): boolean {
  return wanted.endsWith(' ...') ? heard.startsWith(wanted.slice(0, -4)) : heard === wanted;
}

/** Bytes as bytes.h writes them: pairs of hexadecimal digits and 'text'. */
export function bytesOf(written: string): Uint8Array<ArrayBuffer> {
  const parts = written.match(/'[^']*'|[0-9A-Fa-f]{2}/g) ?? [];
  const bytesOfPart = (part: string): Buffer =>
    part.startsWith("'") ? Buffer.from(part.slice(1, -1)) : Buffer.from(part, 'hex');
  return new Uint8Array(Buffer.concat(parts.map(bytesOfPart)));
}

/** `bytes` in slices of `size`; 0: as they are. Each is nobody else's. */
export function sliced(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer>[] {
  const step = size === 0 ? bytes.length : size;
  const slices: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length; at += step) slices.push(new Uint8Array(bytes.subarray(at, at + step)));
  return slices;
}
