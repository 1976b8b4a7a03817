// A process that connects once: node connect-once.mjs LIBRARY URL prints how many milliseconds that took.
import { connectOnce } from './client-workloads.mjs';

const [library, url] = process.argv.slice(2);
console.log(await connectOnce(await import(library), { url }));
process.exit();
