// connect()'s arguments -> options: what stands in a URL, what stands in the options, and which of them wins.
import { describe, expect, it } from '@jest/globals';

import type { ClientOptions } from '../../../js/src/api/client-options.ts';
import { completeOptions } from '../../../js/src/client/complete-options.ts';
import { readArguments, type Surroundings } from '../../../js/src/client/connect-arguments.ts';

const node: Surroundings = { protocols: ['mqtt', 'mqtts', 'ws', 'wss', 'tcp', 'ssl', 'tls'], base: undefined };
const page: Surroundings = { protocols: ['ws', 'wss'], base: new URL('https://page.test:8443/app/index.html?x=1') };

describe('a URL', () => {
  it.each<[string, Partial<ClientOptions>]>([
    ['mqtt://host.test', { protocol: 'mqtt', host: 'host.test', hostname: 'host.test' }],
    ['mqtt://host.test:1884', { protocol: 'mqtt', host: 'host.test', port: 1884 }],
    ['tcp://[::1]:1883', { protocol: 'tcp', host: '::1', port: 1883 }],
    ['ws://host.test/mqtt?token=a%2Fb', { protocol: 'ws', host: 'host.test', path: '/mqtt?token=a%2Fb' }],
    ['wss://host.test', { protocol: 'wss', host: 'host.test', path: '/' }],
    ['mqtt://user:p%40ss@host.test', { host: 'host.test', username: 'user', password: 'p@ss' }],
    ['mqtt://user@host.test', { username: 'user' }],
    ['mqtt://host.test?clientId=me', { clientId: 'me' }],
  ])('%s is read', (url, expected) => {
    expect(readArguments(url, undefined, node)).toMatchObject(expected);
  });

  it('gives way to what the options say', () => {
    const options = { host: 'other.test', port: 9, username: 'you', path: '/here' };
    expect(readArguments('ws://user@host.test:1/there', options, node)).toMatchObject(options);
  });

  it.each([
    [
      'mqtt://user:100%@host.test',
      /^the password in the URL has a "%" .*: write "%25" for it, or \{ password: "\.\.\." \}$/,
    ],
    ['mqtt://50%user@host.test', /^the user name in the URL has a "%"/],
    ['ws://user:%ff@host.test', /^the password in the URL has a "%"/],
  ])('%s has credentials that are refused, without telling them', (url, message) => {
    const reading = (): unknown => readArguments(url, undefined, node);
    expect(reading).toThrow(message);
    expect(reading).not.toThrow(/100%|50%|%ff/);
  });

  it('without a protocol takes that of the options', () => {
    expect(readArguments('host.test:1884', { protocol: 'mqtts' }, node)).toMatchObject({
      protocol: 'mqtts',
      host: 'host.test',
      port: 1884,
    });
  });

  it('that is a path is relative to the page', () => {
    expect(readArguments('/mqtt?a=1', undefined, page)).toMatchObject({
      protocol: 'wss',
      host: 'page.test',
      port: 8443,
      path: '/mqtt?a=1',
    });
  });

  it('that is a path has no meaning where there is no page', () => {
    expect(() => readArguments('/mqtt', undefined, node)).toThrow(/^Missing protocol/);
  });

  it('for TCP in a browser is refused with the address to use', () => {
    expect(() => readArguments('mqtt://host.test:1883', undefined, page)).toThrow(
      /a browser cannot open a TCP connection .* use the server's WebSocket listener, "ws:\/\/host\.test:1883"/,
    );
  });
});

describe('options alone', () => {
  it('say where to', () => {
    expect(readArguments({ protocol: 'ws', host: 'host.test', port: 1 }, undefined, node)).toMatchObject({
      protocol: 'ws',
      host: 'host.test',
      port: 1,
    });
    expect(readArguments({ hostname: 'host.test' }, undefined, node)).toMatchObject({
      protocol: 'mqtt',
      host: 'host.test',
    });
  });

  it('without a host mean the page, or this machine', () => {
    expect(readArguments({ protocol: 'ws' }, undefined, page)).toMatchObject({ host: 'page.test' });
    expect(readArguments({}, undefined, node)).toMatchObject({ protocol: 'mqtt', host: 'localhost' });
  });

  it('are not changed', () => {
    const options: ClientOptions = { auth: 'user:a:b' };
    expect(readArguments(options, undefined, node)).toMatchObject({ username: 'user', password: 'a:b' });
    expect(options).toEqual({ auth: 'user:a:b' });
  });

  it('with a certificate and key mean TLS', () => {
    expect(readArguments('mqtt://host.test', { cert: 'c', key: 'k' }, node).protocol).toBe('mqtts');
    expect(readArguments('ws://host.test', { cert: 'c', key: 'k' }, node).protocol).toBe('wss');
    expect(() => readArguments('http://host.test', { cert: 'c', key: 'k' }, node)).toThrow(
      'Unknown protocol for secure connection: "http"!',
    );
  });
});

describe('completeOptions()', () => {
  it.each<[string, unknown, RegExp]>([
    ['incomingStore', {}, /write sessionStore/],
    ['outgoingStore', {}, /write sessionStore/],
    ['authPacket', { reasonCode: 0x18 }, /override client\.handleAuth/],
    ['messageIdProvider', {}, /given by the client itself/],
    ['socksProxy', 'socks5://localhost:1080', /createWebsocket/],
    ['unixSocket', true, /use mqtt:\/\//],
    ['timerVariant', 'worker', /write "native"/],
    ['timerVariant', { set: () => 0, clear: () => 0 }, /write "native"/],
  ])('refuses what MQTT.js would do with the option %s, and says what to do instead', (name, value, message) => {
    const options = { [name]: value } as ClientOptions;
    expect(() => completeOptions(options)).toThrow(message);
    expect(() => completeOptions(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_MQTT_UNSUPPORTED',
        message: expect.stringContaining(`the option ${name} is not supported: `),
      }),
    );
    for (const nothing of [undefined, null, false]) {
      expect(() => completeOptions({ [name]: nothing } as ClientOptions)).not.toThrow();
    }
  });

  it.each([127, -1, 1.5, 1000.5, 2 ** 32, Infinity, NaN, '65536'])('refuses %p as maximumFrameSize', (size) => {
    expect(() => completeOptions({ maximumFrameSize: size as number })).toThrow(/maximumFrameSize is .*: write a .*/);
  });

  it('takes a maximumFrameSize from 128 to 4,294,967,295', () => {
    for (const size of [128, 65_536, 2 ** 32 - 1])
      expect(completeOptions({ maximumFrameSize: size }).maximumFrameSize).toBe(size);
  });

  it('takes what has no effect here', () => {
    expect(() => completeOptions({ timerVariant: 'auto', reschedulePings: false, writeCache: false })).not.toThrow();
  });

  it("fills in MQTT.js's defaults", () => {
    expect(completeOptions({})).toMatchObject({
      keepalive: 60,
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 1000,
      connectTimeout: 30_000,
      resubscribe: true,
      queueQoSZero: true,
      maximumFrameSize: 65_536,
      clientId: expect.stringMatching(/^wasmqtt_[0-9a-f]{8}$/),
    });
  });

  it('takes undefined for absent, and 0 and "" for what they are', () => {
    expect(completeOptions({ keepalive: undefined as never }).keepalive).toBe(60);
    expect(completeOptions({ keepalive: 0, clientId: '' })).toMatchObject({ keepalive: 0, clientId: '' });
  });

  it('never gives two clients one name', () => {
    expect(new Set(Array.from({ length: 100 }, () => completeOptions({}).clientId)).size).toBe(100);
  });
});
