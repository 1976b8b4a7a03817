// In Node, what MQTT.js's applications get is a Buffer, and its methods are what they call.
import { Buffer } from 'node:buffer';

import { Payload } from '../engine/payload.ts';

/** Makes every payload a Buffer. Only `slice()` stays what it is for bytes: a copy, and none that keeps a frame alive. */
export function makePayloadsBuffers(): void {
  const { prototype } = Payload;
  for (const name of ['toString', 'toJSON']) Reflect.deleteProperty(prototype, name);
  Object.setPrototypeOf(prototype, Buffer.prototype);
  Object.defineProperty(prototype, 'slice', { value: Uint8Array.prototype.slice, writable: true, configurable: true });
}
