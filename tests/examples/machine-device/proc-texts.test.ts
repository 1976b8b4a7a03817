import { describe, expect, it } from '@jest/globals';
import {
  parseCpuModel,
  parseCpuTimes,
  parseDisks,
  parseInterfaces,
  parseLoad,
  parseMemory,
} from '../../../examples/machine-device/proc-texts.js';

describe('parseCpuTimes', () => {
  it('adds up what a core did and what it could have done', () => {
    const text = `cpu  100 10 50 800 40 0 5 5 20 0
cpu0 60 5 25 400 20 0 5 5 20 0
cpu1 40 5 25 400 20 0 0 0 0 0
intr 1440985 0 0
ctxt 3245275
`;
    expect(parseCpuTimes(text)).toEqual(
      new Map([
        ['total', { busy: 170, total: 1010 }],
        ['core0', { busy: 100, total: 520 }],
        ['core1', { busy: 70, total: 490 }],
      ]),
    );
  });

  it('reads the short lines of old kernels', () => {
    expect(parseCpuTimes('cpu  10 0 10 80\n').get('total')).toEqual({ busy: 20, total: 100 });
  });
});

describe('parseMemory', () => {
  it('turns kibibytes into bytes', () => {
    const text = `MemTotal:       24684092 kB
MemFree:        22180696 kB
MemAvailable:   24234376 kB
Buffers:           66984 kB
Cached:          1869568 kB
SwapTotal:       1000000 kB
SwapFree:         900000 kB
HugePages_Total:       0
`;
    expect(parseMemory(text)).toEqual({
      total: 24684092 * 1024,
      available: 24234376 * 1024,
      cached: (1869568 + 66984) * 1024,
      swapTotal: 1000000 * 1024,
      swapFree: 900000 * 1024,
    });
  });

  it('estimates what is available where the kernel does not', () => {
    expect(parseMemory('MemTotal: 100 kB\nMemFree: 20 kB\nBuffers: 5 kB\nCached: 30 kB\n')).toMatchObject({
      available: 55 * 1024,
      swapTotal: 0,
    });
  });

  it('has no answer without a total', () => {
    expect(parseMemory('')).toBeUndefined();
  });
});

describe('parseInterfaces', () => {
  it('reads received and sent bytes of the interfaces that carried something', () => {
    const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0     0       0          0
  ifb0:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
  eth0:2167542289   48650    0    0    0     0          0         0  3447813   30742    0    0    0     0       0          0
`;
    expect(parseInterfaces(text)).toEqual(
      new Map([
        ['lo', { received: 3193, sent: 3193 }],
        ['eth0', { received: 2167542289, sent: 3447813 }],
      ]),
    );
  });
});

describe('parseDisks', () => {
  it('counts disks, but neither their partitions nor what lives in memory', () => {
    const line = (name: string, read: number, written: number): string =>
      `   8       0 ${name} 9 1 ${read} 7 4 9 ${written} 7 0 4 1 1 0 2 1 1 5\n`;
    const text =
      line('loop0', 8, 0) +
      line('sda', 100, 200) +
      line('sda1', 60, 100) +
      line('sda10', 40, 100) +
      line('nvme0n1', 2, 4) +
      line('nvme0n1p2', 2, 4) +
      line('mmcblk0', 6, 8) +
      line('mmcblk0p1', 6, 8) +
      line('zram0', 5, 5) +
      line('dm-0', 1, 1);
    expect(parseDisks(text)).toEqual(
      new Map([
        ['sda', { read: 51200, written: 102400 }],
        ['nvme0n1', { read: 1024, written: 2048 }],
        ['mmcblk0', { read: 3072, written: 4096 }],
        ['dm-0', { read: 512, written: 512 }],
      ]),
    );
  });

  it('keeps a partition whose disk is not listed, as some virtual machines have it', () => {
    expect(Array.from(parseDisks('202 1 xvda1 9 1 8 7 4 9 16 7 0 4 1\n').keys())).toEqual(['xvda1']);
  });
});

describe('parseLoad', () => {
  it('reads the three averages', () => {
    expect(parseLoad('0.06 0.45 0.35 2/95 2592\n')).toEqual([0.06, 0.45, 0.35]);
  });

  it('has no answer to an empty file', () => {
    expect(parseLoad('')).toBeUndefined();
  });
});

describe('parseCpuModel', () => {
  it.each([
    ['processor\t: 0\nmodel name\t: AMD EPYC 7571\n', 'AMD EPYC 7571'],
    ['processor\t: 0\nBogoMIPS\t: 38.40\n\nModel\t\t: Raspberry Pi 4 Model B\n', 'Raspberry Pi 4 Model B'],
  ])('finds what %j calls the processor', (text, model) => {
    expect(parseCpuModel(text)).toBe(model);
  });

  it('has no answer where there is no name', () => {
    expect(parseCpuModel('processor\t: 0\nBogoMIPS\t: 243.75\n')).toBeUndefined();
  });
});
