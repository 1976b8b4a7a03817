// Turns the texts of the files in Linux's /proc into numbers. Every function takes a file's whole text and reads nothing itself.

/** @typedef {{ busy: number, total: number }} CpuTime  Ticks since the machine started. */
/** @typedef {{ total: number, available: number, cached: number, swapTotal: number, swapFree: number }} Memory  In bytes. */
/** @typedef {{ received: number, sent: number }} InterfaceCounters  Bytes since the interface came up. */
/** @typedef {{ read: number, written: number }} DiskCounters  Bytes since the machine started. */

// The kernel counts in these sectors whatever the disk's own are (Documentation/admin-guide/iostats.rst).
const SECTOR_BYTES = 512;

/**
 * /proc/stat: the times of `total` (all cores) and of `core0`, `core1` and so on.
 * @param {string} text
 * @returns {Map<string, CpuTime>}
 */
export function parseCpuTimes(text) {
  const times = new Map();
  for (const line of text.split('\n')) {
    const match = /^cpu(\d*) +(.+)$/.exec(line);
    if (match === null) continue;
    // user nice system idle iowait irq softirq steal; what follows (guest) is part of user and nice already.
    const fields = words(match[2]).slice(0, 8).map(Number);
    const total = fields.reduce((sum, ticks) => sum + ticks, 0);
    const idle = (fields[3] ?? 0) + (fields[4] ?? 0);
    times.set(match[1] === '' ? 'total' : `core${match[1]}`, { busy: total - idle, total });
  }
  return times;
}

/**
 * /proc/meminfo; undefined when it does not tell the total.
 * @param {string} text
 * @returns {Memory | undefined}
 */
export function parseMemory(text) {
  const bytes = new Map();
  for (const [, name, kibibytes] of text.matchAll(/^(\w+): +(\d+) kB$/gm)) bytes.set(name, Number(kibibytes) * 1024);
  const total = bytes.get('MemTotal');
  if (total === undefined) return undefined;
  const cached = (bytes.get('Cached') ?? 0) + (bytes.get('Buffers') ?? 0);
  return {
    total,
    // Kernels before 3.14, and some containers, do not estimate it.
    available: bytes.get('MemAvailable') ?? (bytes.get('MemFree') ?? 0) + cached,
    cached,
    swapTotal: bytes.get('SwapTotal') ?? 0,
    swapFree: bytes.get('SwapFree') ?? 0,
  };
}

/**
 * /proc/net/dev, by interface, without those that never carried anything.
 * @param {string} text
 * @returns {Map<string, InterfaceCounters>}
 */
export function parseInterfaces(text) {
  const interfaces = new Map();
  for (const line of text.split('\n')) {
    // A long counter may follow the colon without a blank.
    const match = /^ *([^\s|]+): *(\d.*)$/.exec(line);
    if (match === null) continue;
    const fields = words(match[2]).map(Number);
    const counters = { received: fields[0] ?? 0, sent: fields[8] ?? 0 };
    if (counters.received > 0 || counters.sent > 0) interfaces.set(match[1], counters);
  }
  return interfaces;
}

/**
 * /proc/diskstats, by disk: no partitions, which their disk counts already, and nothing that lives in memory or in a file.
 * @param {string} text
 * @returns {Map<string, DiskCounters>}
 */
export function parseDisks(text) {
  const disks = new Map();
  for (const line of text.split('\n')) {
    const fields = words(line);
    const name = fields[2];
    if (fields.length < 10 || name === undefined || /^(loop|ram|zram)\d+$/.test(name)) continue;
    disks.set(name, { read: Number(fields[5]) * SECTOR_BYTES, written: Number(fields[9]) * SECTOR_BYTES });
  }
  for (const name of Array.from(disks.keys())) {
    const disk = diskOfPartition(name);
    if (disk !== undefined && disks.has(disk)) disks.delete(name);
  }
  return disks;
}

/**
 * sda1 is a part of sda, nvme0n1p2 of nvme0n1.
 * @param {string} name
 */
function diskOfPartition(name) {
  return /^(.*\d)p\d+$/.exec(name)?.[1] ?? /^(.*\D)\d+$/.exec(name)?.[1];
}

/**
 * /proc/loadavg: the average number of processes that run or wait, over 1, 5 and 15 minutes.
 * @param {string} text
 * @returns {[number, number, number] | undefined}
 */
export function parseLoad(text) {
  const [one = NaN, five = NaN, fifteen = NaN] = words(text).map(Number);
  return Number.isFinite(one + five + fifteen) ? [one, five, fifteen] : undefined;
}

/**
 * /proc/cpuinfo: what the processor calls itself. Not every architecture tells.
 * @param {string} text
 * @returns {string | undefined}
 */
export function parseCpuModel(text) {
  return /^(?:model name|Model|cpu model|Hardware|cpu)\s*:\s*(\S.*?)\s*$/m.exec(text)?.[1];
}

/** @param {string | undefined} text */
function words(text) {
  return (text ?? '').trim().split(/\s+/);
}
