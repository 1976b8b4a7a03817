// Runs callbacks as tasks of their own, in order and without the delay that timers have.

export interface Tasks {
  post(task: () => void): void;
  /** What was posted still runs. */
  close(): void;
}

export function makeTasks(): Tasks {
  if (typeof setImmediate === 'function') return { post: (task) => void setImmediate(task), close: () => undefined };
  const waiting: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  let isClosed = false;
  port1.onmessage = () => {
    const task = waiting.shift();
    if (isClosed && waiting.length === 0) port1.close();
    task?.();
  };
  return {
    post: (task) => {
      waiting.push(task);
      port2.postMessage(undefined);
    },
    close: () => {
      isClosed = true;
      if (waiting.length === 0) port1.close();
    },
  };
}
