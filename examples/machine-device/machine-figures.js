// Turns /proc into messages: topics below the machine's own, with numbers as plain text or as JSON objects.
import { CounterWindow } from './counter-window.js';
import { parseCpuModel, parseCpuTimes, parseDisks, parseInterfaces, parseLoad, parseMemory } from './proc-texts.js';

/** @typedef {{ topic: string, payload: string }} Message */

/**
 * The text of a file in /proc; undefined when this machine (a container, say) does not have it.
 * @typedef {(name: string) => string | undefined} ReadProc
 */

const WINDOW_MS = 1000;
// The kernel brings the load up to date every five seconds.
const LOAD_INTERVAL_MS = 1000;

export class MachineFigures {
  #read;
  /** @type {CounterWindow<import('./proc-texts.js').CpuTime>} */
  #cpu = new CounterWindow(WINDOW_MS);
  /** @type {CounterWindow<import('./proc-texts.js').InterfaceCounters>} */
  #interfaces = new CounterWindow(WINDOW_MS);
  /** @type {CounterWindow<import('./proc-texts.js').DiskCounters>} */
  #disks = new CounterWindow(WINDOW_MS);
  #loadDueAt = Number.NEGATIVE_INFINITY;

  /** @param {ReadProc} read */
  constructor(read) {
    this.#read = read;
  }

  /**
   * What does not change while the machine is up.
   * @param {string} hostname
   * @returns {Message[]}
   */
  facts(hostname) {
    const facts = { hostname, ...this.#processorFacts(), ...this.#memoryFacts() };
    return Object.entries(facts).map(([name, value]) => ({ topic: `about/${name}`, payload: String(value) }));
  }

  /**
   * What there is to tell at `now` (milliseconds that only grow). Rates need two samples, so the first call tells fewer.
   * @param {number} now
   * @returns {Message[]}
   */
  sample(now) {
    return [
      ...this.#sampleCpu(now),
      ...this.#sampleMemory(),
      ...this.#sampleInterfaces(now),
      ...this.#sampleDisks(now),
      ...this.#sampleLoad(now),
    ];
  }

  #processorFacts() {
    const model = this.#parse('cpuinfo', parseCpuModel);
    const times = this.#parse('stat', parseCpuTimes);
    return { ...(model && { cpu_model: model }), ...(times?.size && { cpu_cores: times.size - 1 }) };
  }

  #memoryFacts() {
    const memory = this.#parse('meminfo', parseMemory);
    return memory === undefined ? {} : { memory_total_bytes: memory.total, swap_total_bytes: memory.swapTotal };
  }

  /** @param {number} now */
  #sampleCpu(now) {
    const grown = this.#cpu.add(now, this.#parse('stat', parseCpuTimes) ?? new Map());
    return grown
      .filter(({ growth }) => growth.total > 0)
      .map(({ name, growth }) => message(`cpu_percent/${name}`, rounded((100 * growth.busy) / growth.total, 1)));
  }

  #sampleMemory() {
    const memory = this.#parse('meminfo', parseMemory);
    if (memory === undefined) return [];
    return [
      message('memory', {
        used_bytes: memory.total - memory.available,
        cached_bytes: memory.cached,
        ...(memory.swapTotal > 0 && { swap_used_bytes: memory.swapTotal - memory.swapFree }),
      }),
    ];
  }

  /** @param {number} now */
  #sampleInterfaces(now) {
    return this.#interfaces
      .add(now, this.#parse('net/dev', parseInterfaces) ?? new Map())
      .map(({ name, growth, elapsed }) =>
        message(`network/${topicLevel(name)}`, {
          received_bytes_per_second: perSecond(growth.received, elapsed),
          sent_bytes_per_second: perSecond(growth.sent, elapsed),
        }),
      );
  }

  /** @param {number} now */
  #sampleDisks(now) {
    return this.#disks.add(now, this.#parse('diskstats', parseDisks) ?? new Map()).map(({ name, growth, elapsed }) =>
      message(`disk/${topicLevel(name)}`, {
        read_bytes_per_second: perSecond(growth.read, elapsed),
        written_bytes_per_second: perSecond(growth.written, elapsed),
      }),
    );
  }

  /** @param {number} now */
  #sampleLoad(now) {
    if (now < this.#loadDueAt) return [];
    this.#loadDueAt = now + LOAD_INTERVAL_MS;
    const load = this.#parse('loadavg', parseLoad);
    if (load === undefined) return [];
    const [one_minute, five_minutes, fifteen_minutes] = load;
    return [message('load', { one_minute, five_minutes, fifteen_minutes })];
  }

  /**
   * @template Value
   * @param {string} name
   * @param {(text: string) => Value} parse
   * @returns {Value | undefined}
   */
  #parse(name, parse) {
    const text = this.#read(name);
    return text === undefined ? undefined : parse(text);
  }
}

/**
 * One level of a topic name: what a wildcard or a separator could be mistaken for is replaced.
 * @param {string} name
 */
export function topicLevel(name) {
  return name.replace(/[/+#\0]/g, '_');
}

/**
 * @param {string} topic
 * @param {number | Record<string, number>} value
 * @returns {Message}
 */
function message(topic, value) {
  return { topic, payload: JSON.stringify(value) };
}

/**
 * @param {number} amount
 * @param {number} elapsed  Milliseconds.
 */
function perSecond(amount, elapsed) {
  return Math.round((amount * 1000) / elapsed);
}

/**
 * @param {number} value
 * @param {number} decimals
 */
function rounded(value, decimals) {
  return Number(value.toFixed(decimals));
}
