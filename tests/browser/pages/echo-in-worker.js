// The same in a worker.
const worker = new Worker(new URL('echo-worker.js', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }) => {
  document.title = data;
};
