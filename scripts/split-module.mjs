// The broker's module -> the client's module, and what makes the broker's of it again: so that a page which has both loads
// one. The client's is the broker's without the bodies of functions that no client comes to, and without their texts.
import { readFileSync } from 'node:fs';

const CODE_SECTION = 10;
const CUSTOM_SECTION = 0;
const IMPORT_SECTION = 2;
const DATA_SECTION = 11;
const CALL = 0x10;
const END = 0x0b;
// A body without locals that does nothing, and one that ends the module: which no client comes to.
const NOTHING = Uint8Array.of(0x00, 0x0b);
const UNREACHABLE = Uint8Array.of(0x00, 0x00, 0x0b);
// What a client's module has another body of.
const EMPTIED = 'wasmqtt::bind_broker()';

/** `clientFile` is a module linked of the client's sources alone: the functions and texts that it has are those that a client needs. */
export function splitModule(brokerFile, clientFile) {
  const broker = parse(readFileSync(brokerFile));
  const client = parse(readFileSync(clientFile));
  const needed = functionsReachedFrom(broker, new Set(client.names.values()));
  const kept = broker.bodies.map((_, at) => needed.has(at + broker.imports));
  const emptied = [...broker.names].find(([, name]) => name === EMPTIED)?.[0];
  if (emptied === undefined) throw new Error(`split-module: the broker's module has no function ${EMPTIED}`);
  kept[emptied - broker.imports] = false;
  const bodies = broker.bodies.map((body, at) =>
    kept[at] ? body : at + broker.imports === emptied ? NOTHING : UNREACHABLE,
  );
  const texts = textsOfOthers(dataOf(broker), dataOf(client));
  const patch = joined([patchOf(broker.bodies, kept), textPatchOf(dataOf(broker), texts)]);
  return { client: assembled(broker, bodies, texts), patch };
}

// The functions of the names in `wanted`, and all that these call. What is called through the table is in the table of
// both modules, and so has a name in both.
function functionsReachedFrom({ bodies, imports, names }, wanted) {
  const needed = new Set();
  const waiting = [...names].filter(([, name]) => wanted.has(name) && name !== EMPTIED).map(([index]) => index);
  while (waiting.length > 0) {
    const index = waiting.pop();
    if (needed.has(index) || index < imports || names.get(index) === EMPTIED) continue;
    needed.add(index);
    waiting.push(...callsOf(bodies[index - imports]));
  }
  return needed;
}

function dataOf({ sections }) {
  return sections.find(({ id }) => id === DATA_SECTION).content;
}

// Where the broker's data has a text that the client's has not: [begin, end) of each. The linker lets a text be the end
// of a longer one.
function textsOfOthers(data, clientData) {
  const latin1 = (bytes) => Buffer.from(bytes).toString('latin1');
  const clientText = latin1(clientData);
  return segmentsOf(data).flatMap(([begin, end]) =>
    [...latin1(data.subarray(begin, end)).matchAll(/[\x20-\x7e]{6,}\0/g)].flatMap(({ 0: text, index }) => {
      let length = 0;
      while (length < text.length - 1 && !clientText.includes(text.slice(length))) ++length;
      return length === 0 ? [] : [[begin + index, begin + index + length]];
    }),
  );
}

// [begin, end) of what each segment puts into memory.
function segmentsOf(data) {
  const reader = new Reader(data);
  return Array.from({ length: reader.unsigned() }, () => {
    if (reader.unsigned() !== 0) throw new Error('split-module: a data segment that is not put in its place at once');
    while (reader.byte() !== END) reader.unsigned(); // i32.const and an address
    const { length } = reader.take(reader.unsigned());
    return [reader.at - length, reader.at];
  });
}

// For each of these texts: how many bytes lie before it, how long it is, and the text.
function textPatchOf(data, texts) {
  let at = 0;
  const parts = texts.flatMap(([begin, end]) => {
    const before = unsigned(begin - at);
    at = end;
    return [before, unsigned(end - begin), data.subarray(begin, end)];
  });
  return joined(parts);
}

// How many bodies are the client's, how many are not, and these, and so on to the end; numbers and sizes as WebAssembly
// writes them.
function patchOf(bodies, kept) {
  const parts = [];
  for (let at = 0; at < bodies.length; ) {
    const runOf = (isKept) => {
      const begin = at;
      while (at < bodies.length && kept[at] === isKept) ++at;
      return bodies.slice(begin, at);
    };
    parts.push(unsigned(runOf(true).length));
    const own = runOf(false);
    parts.push(unsigned(own.length), ...own.flatMap((body) => [unsigned(body.length), body]));
  }
  return joined(parts);
}

// --- the binary format

class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  unsigned() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text() {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }
}

function parse(bytes) {
  const module = { sections: [], bodies: [], imports: 0, names: new Map() };
  const reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const content = reader.take(reader.unsigned());
    if (id === IMPORT_SECTION) module.imports = functionImports(new Reader(content));
    if (id === CODE_SECTION) module.bodies = bodiesOf(new Reader(content));
    if (id === CUSTOM_SECTION) readNames(new Reader(content), module.names);
    else module.sections.push({ id, content });
  }
  return module;
}

function functionImports(reader) {
  let functions = 0;
  for (let count = reader.unsigned(); count > 0; --count) {
    reader.text();
    reader.text();
    const kind = reader.byte();
    if (kind !== 0) throw new Error('split-module: the module imports something that is no function');
    reader.unsigned();
    ++functions;
  }
  return functions;
}

function bodiesOf(reader) {
  return Array.from({ length: reader.unsigned() }, () => reader.take(reader.unsigned()));
}

function readNames(reader, names) {
  if (reader.text() !== 'name') return;
  while (reader.at < reader.bytes.length) {
    const kind = reader.byte();
    const part = new Reader(reader.take(reader.unsigned()));
    if (kind !== 1) continue;
    for (let count = part.unsigned(); count > 0; --count) names.set(part.unsigned(), part.text());
  }
}

/** The functions that a body calls by their index. */
function callsOf(body) {
  const reader = new Reader(body);
  const calls = [];
  for (let locals = reader.unsigned(); locals > 0; --locals) reader.take((reader.unsigned(), 1));
  while (reader.at < body.length) {
    const opcode = reader.byte();
    if (opcode === CALL) calls.push(reader.unsigned());
    else skipImmediates(reader, opcode);
  }
  return calls;
}

// What stands behind an opcode; a number, signed or not, is skipped byte by byte.
function skipImmediates(reader, opcode) {
  if (opcode === 0xfc) return skipImmediates(reader, 0x100 + reader.unsigned());
  if (opcode === 0x0e) {
    for (let targets = reader.unsigned() + 1; targets > 0; --targets) reader.unsigned();
    return;
  }
  if (opcode === 0x43) return void reader.take(4);
  if (opcode === 0x44) return void reader.take(8);
  for (let numbers = immediatesOf(opcode); numbers > 0; --numbers) reader.unsigned();
}

function immediatesOf(opcode) {
  const isBlock = opcode >= 0x02 && opcode <= 0x04;
  const isBranch = opcode === 0x0c || opcode === 0x0d;
  const isVariable = opcode >= 0x20 && opcode <= 0x26;
  const isMemorySize = opcode === 0x3f || opcode === 0x40;
  const isConstant = opcode === 0x41 || opcode === 0x42;
  if (isBlock || isBranch || isVariable || isMemorySize || isConstant || opcode === 0xd0 || opcode === 0xd2) return 1;
  if (opcode === 0x11 || (opcode >= 0x28 && opcode <= 0x3e)) return 2;
  if (opcode === 0x108 || opcode === 0x10a || opcode === 0x10c || opcode === 0x10e) return 2;
  if (opcode === 0x109 || opcode === 0x10b || opcode === 0x10d || (opcode >= 0x10f && opcode <= 0x111)) return 1;
  const isPlain =
    opcode <= 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f || opcode === 0x1a || opcode === 0x1b;
  const isNumeric = (opcode >= 0x45 && opcode <= 0xc4) || (opcode >= 0x100 && opcode <= 0x107);
  if (isPlain || isNumeric || opcode === 0xd1) return 0;
  throw new Error(`split-module: an instruction that is not known here: 0x${opcode.toString(16)}`);
}

function assembled({ sections }, bodies, texts) {
  const code = joined([unsigned(bodies.length), ...bodies.flatMap((body) => [unsigned(body.length), body])]);
  const parts = sections.flatMap(({ id, content }) => {
    const own = id === CODE_SECTION ? code : Uint8Array.from(content);
    if (id === DATA_SECTION) for (const [begin, end] of texts) own.fill(0, begin, end);
    return [Uint8Array.of(id), unsigned(own.length), own];
  });
  return joined([Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00), ...parts]);
}

function unsigned(value) {
  const bytes = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Uint8Array.of(...bytes, rest);
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
