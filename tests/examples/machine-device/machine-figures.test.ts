import { describe, expect, it } from '@jest/globals';
import { MachineFigures, topicLevel } from '../../../examples/machine-device/machine-figures.js';

const FILES: Record<string, string> = {
  stat: 'cpu  0 0 0 100 0 0 0 0\ncpu0 0 0 0 50 0 0 0 0\ncpu1 0 0 0 50 0 0 0 0\n',
  meminfo: 'MemTotal: 1000 kB\nMemAvailable: 400 kB\nBuffers: 50 kB\nCached: 150 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n',
  'net/dev': ' eth0: 1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0\n',
  diskstats: ' 8 0 sda 1 0 10 0 1 0 20 0 0 0 0\n',
  loadavg: '0.5 0.25 0.125 1/100 42\n',
  cpuinfo: 'model name\t: A Processor\n',
};

const LATER: Record<string, string> = {
  ...FILES,
  stat: 'cpu  30 0 0 170 0 0 0 0\ncpu0 30 0 0 70 0 0 0 0\ncpu1 0 0 0 100 0 0 0 0\n',
  'net/dev': ' eth0: 1500 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0\n',
  diskstats: ' 8 0 sda 1 0 12 0 1 0 20 0 0 0 0\n',
};

const sampleTwice = (first: Record<string, string>, second: Record<string, string>): Record<string, string> => {
  let files = first;
  const figures = new MachineFigures((name) => files[name]);
  figures.sample(0);
  files = second;
  return Object.fromEntries(figures.sample(500).map(({ topic, payload }) => [topic, payload]));
};

describe('MachineFigures', () => {
  it('publishes percentages as plain numbers and rates as JSON objects', () => {
    expect(sampleTwice(FILES, LATER)).toEqual({
      'cpu_percent/total': '30',
      'cpu_percent/core0': '60',
      'cpu_percent/core1': '0',
      memory: '{"used_bytes":614400,"cached_bytes":204800}',
      'network/eth0': '{"received_bytes_per_second":1000,"sent_bytes_per_second":0}',
      'disk/sda': '{"read_bytes_per_second":2048,"written_bytes_per_second":0}',
    });
  });

  it('publishes the load once per second', () => {
    const figures = new MachineFigures((name) => FILES[name]);
    const topicsAt = (now: number): string[] => figures.sample(now).map(({ topic }) => topic);
    expect(topicsAt(0)).toContain('load');
    expect(topicsAt(999)).not.toContain('load');
    expect(figures.sample(1000)).toContainEqual({
      topic: 'load',
      payload: '{"one_minute":0.5,"five_minutes":0.25,"fifteen_minutes":0.125}',
    });
  });

  it.each(Object.keys(FILES))('publishes the rest where /proc/%s is missing', (missing) => {
    const without = (files: Record<string, string>) =>
      Object.fromEntries(Object.entries(files).filter(([name]) => name !== missing));
    const all = Object.keys(sampleTwice(FILES, LATER));
    const rest = Object.keys(sampleTwice(without(FILES), without(LATER)));
    expect(all).toEqual(expect.arrayContaining(rest));
    expect(rest.length).toBeGreaterThan(2);
  });

  it('knows the facts of the machine, as far as there are files that tell them', () => {
    expect(new MachineFigures((name) => FILES[name]).facts('desk')).toEqual([
      { topic: 'about/hostname', payload: 'desk' },
      { topic: 'about/cpu_model', payload: 'A Processor' },
      { topic: 'about/cpu_cores', payload: '2' },
      { topic: 'about/memory_total_bytes', payload: '1024000' },
      { topic: 'about/swap_total_bytes', payload: '0' },
    ]);
    expect(new MachineFigures(() => undefined).facts('desk')).toHaveLength(1);
  });
});

describe('topicLevel', () => {
  it('replaces what has a meaning in topics', () => {
    expect(topicLevel('a/b+c#d')).toBe('a_b_c_d');
  });
});
