// A client and a broker of the same Wasm module, linked inside it: a transport whose bytes JavaScript never sees.
import type { CloseInfo, Transport } from '../api/transport.ts';
import type { BrokerMachine } from '../engine/broker-machine.ts';
import type { Attempt } from './attempt.ts';

const CLOSED: CloseInfo = { code: 1000, reason: '', wasClean: true };

export function openLink(broker: BrokerMachine, { machine, handlers, connectPacket }: Attempt): Transport {
  let isClosed = false;
  const end = (): void => {
    if (isClosed) return;
    isClosed = true;
    queueMicrotask(() => handlers.closed(CLOSED));
  };
  const link = broker.link(machine, connectPacket(), end);
  const close = (): void => {
    link.close();
    end();
  };
  return {
    send: () => true,
    pause: () => link.setWritable(false),
    resume: () => link.setWritable(true),
    close,
    destroy: close,
  };
}
