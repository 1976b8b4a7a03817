// Makes js/src/generated/*.ts and docs/broker-options.md from the C++ declarations that more than one side needs: wasm/records.h, and from the core
// the reason codes, the properties and the broker's options. `node scripts/generate-records.mjs` writes them; a test compares generatedFiles() with what is checked in.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');

const withoutComments = (source) => source.replace(/\/\/.*$/gm, '');
const camel = (snake) => snake.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const snake = (pascal) => pascal.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();

/** `enum class Name : type { A = 1, B, ... };` -> [name, [[enumerator, value]]] of all enumerations in a source. */
function enumerations(source) {
  return [...withoutComments(source).matchAll(/enum class (\w+)[^{]*\{([^}]*)\}/g)].map(([, name, body]) => {
    let value = -1;
    const enumerators = body
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean)
      .map((item) => {
        const [enumerator, given] = item.split('=').map((part) => part.trim());
        value = given === undefined ? value + 1 : Number(given);
        return [enumerator, value];
      });
    return [name, enumerators];
  });
}

/** `struct Name { std::uint32_t a, b; ... };` -> [name, [field]] of all structs of words in a source. */
function wordStructs(source) {
  return [...withoutComments(source).matchAll(/struct (\w+) \{([^}]*)\}/g)].map(([, name, body]) => [
    name,
    [...body.matchAll(/std::uint32_t ([^;]*);/g)].flatMap(([, names]) => names.split(',').map((field) => field.trim())),
  ]);
}

function constEnum(name, members, comment) {
  const lines = members.map(([member, value]) => `  ${member} = ${value},`);
  return `${comment ? `/** ${comment} */\n` : ''}export const enum ${name} {\n${lines.join('\n')}\n}\n`;
}

function recordsFile() {
  const source = read('wasm/records.h');
  const [, eventWords] = /kEventWords = (\d+)/.exec(source);
  const parts = [
    '// Command and event records of the Wasm boundary, as word offsets. Made from wasm/records.h, and ErrorKind from core/mqtt/base/error.h, by scripts/generate-records.mjs.\n',
    ...enumerations(source).map(([name, enumerators]) => constEnum(name, enumerators)),
    constEnum('ErrorKind', enumerations(read('core/mqtt/base/error.h')).find(([name]) => name === 'ErrorKind')[1]),
    `export const eventWords = ${eventWords};\n`,
    ...wordStructs(source).map(([name, fields]) =>
      constEnum(`${name}Field`, [...fields.map((field, at) => [camel(field), at]), ['words', fields.length]]),
    ),
  ];
  return parts.join('\n');
}

/** By enumerator, the names that the standard gives the reason codes. */
function reasonNames() {
  const cases = read('core/mqtt/base/reason_code.cpp').matchAll(/case ReasonCode::(\w+):\s*return "([^"]*)"/g);
  return new Map([...cases].map(([, enumerator, name]) => [enumerator, name]));
}

function reasonCodesFile() {
  const [[, codes]] = enumerations(read('core/mqtt/base/reason_code.h'));
  const names = reasonNames();
  const lines = codes.map(([enumerator, value]) => {
    if (!names.has(enumerator)) throw new Error(`reason_code.cpp has no name for ${enumerator}`);
    return `  ${value}: '${names.get(enumerator)}',`;
  });
  return `// The reason codes of MQTT 5.0, and the names that the standard gives them. Made from core/mqtt/base/reason_code.* by scripts/generate-records.mjs.

export const reasonCodeNames: Readonly<Record<number, string>> = {
${lines.join('\n')}
};

${constEnum('Reason', codes)}`;
}

// How a value of the core's type crosses, by the member's declaration in struct Properties. A byte that says yes or no is a boolean in
// JavaScript, as in MQTT.js; Maximum QoS is the one byte that is a number.
function propertyKind(member, declarations) {
  const declaration = declarations.find(
    ([, name]) => name === member || name === `${member}s` || name === member.replace(/y$/, 'ies'),
  );
  if (declaration === undefined) throw new Error(`properties.h declares no member for ${member}`);
  const [, , type] = declaration;
  if (type.includes('UserProperty')) return 'UserProperties';
  if (type.includes('vector')) return 'Numbers';
  if (type.includes('string_view')) return 'Text';
  if (type.includes('Bytes')) return 'Binary';
  if (type.includes('uint8')) return member === 'maximum_qos' ? 'Byte' : 'Boolean';
  return type.includes('uint16') ? 'U16' : 'U32';
}

function propertiesFile() {
  const source = read('core/mqtt/packet/properties.h');
  const [, ids] = enumerations(source).find(([name]) => name === 'PropertyId');
  const [, body] = /struct Properties \{([^}]*)\}/.exec(withoutComments(source));
  const declarations = [...body.matchAll(/std::(?:optional|vector)<[^;]*> (\w+);/g)].map(([text, name]) => [
    text,
    name,
    text,
  ]);
  const lines = ids.map(([enumerator, id]) => {
    const kind = propertyKind(enumerator === 'MaximumQoS' ? 'maximum_qos' : snake(enumerator), declarations);
    const name = kind === 'UserProperties' ? 'userProperties' : enumerator[0].toLowerCase() + enumerator.slice(1);
    return `  ${name}: { id: ${id}, kind: PropertyKind.${kind} },`;
  });
  const kinds = ['Boolean', 'Byte', 'U16', 'U32', 'Numbers', 'Text', 'Binary', 'UserProperties'];
  return `// The properties of MQTT 5.0: names, identifiers and what crosses for each. Made from core/mqtt/packet/properties.h by scripts/generate-records.mjs.

${constEnum(
  'PropertyKind',
  kinds.map((kind, at) => [kind, at]),
)}
export const propertyTable = {
${lines.join('\n')}
} as const;
`;
}

/** The entries of core/mqtt/broker/broker_options.inc, one object each. */
function brokerOptions() {
  const source = withoutComments(read('core/mqtt/broker/broker_options.inc'));
  const entry = /MQTT_BROKER_OPTION\(([^"]*)"([\w-]+)",\s*(\w+),\s*"([^"]*)"\)/g;
  const number = (text) => (text === 'SIZE_MAX' ? Infinity : Number(text.replace(/'/g, '')));
  return [...source.matchAll(entry)].map(([, head, flag, reason, text]) => {
    const [, name, standard, unit, least, most] = head.split(',').map((part) => part.trim());
    const isNumber = unit !== 'Switch' && unit !== 'QoS';
    return {
      name: camel(name),
      type: { Switch: 'boolean', QoS: '0 | 1 | 2' }[unit] ?? 'number',
      standard: isNumber ? number(standard) : { 'QoS::ExactlyOnce': 2, true: true }[standard],
      unit: { Count: '', QoS: '' }[unit] ?? unit.toLowerCase(),
      least: number(least),
      most: number(most),
      flag,
      reason,
      text,
    };
  });
}

const grouped = (value) =>
  typeof value === 'number' && value !== Infinity ? value.toLocaleString('en-US') : String(value);

function limitsOf({ type, standard, unit, least, most }) {
  if (type === 'boolean') return `${standard}`;
  const counted = unit === '' ? '' : ` ${unit}`;
  const upper = most === Infinity ? `from ${grouped(least)}` : `${grouped(least)} to ${grouped(most)}`;
  return `${standard === Infinity ? 'no limit' : `${grouped(standard)}${counted}`}; ${upper}`;
}

function brokerOptionsFile() {
  const options = brokerOptions();
  const members = options.map(
    (option) => `  /** ${option.text}. ${limitsOf(option)} */\n  ${option.name}?: ${option.type} | undefined;`,
  );
  const numbers = options.filter(({ type }) => type !== 'boolean');
  const switches = options.filter(({ type }) => type === 'boolean');
  return `// What a broker may be told, and the ranges of it. Made from core/mqtt/broker/broker_options.inc by scripts/generate-records.mjs.

/** The first value is the default. Times are milliseconds unless said otherwise. */
export interface BrokerLimits {
${members.join('\n')}
}

/** By option: the least, the most and what it counts. */
export const brokerRanges: Readonly<Record<string, readonly [least: number, most: number, unit: string]>> = {
${numbers.map(({ name, least, most, unit }) => `  ${name}: [${least}, ${most}, '${unit || 'a number'}'],`).join('\n')}
};

export const brokerSwitches = [
${switches.map(({ name }) => `  '${name}',`).join('\n')}
] as const;
`;
}

function brokerOptionsPage() {
  const seconds = (option) =>
    option.unit === 'milliseconds' ? { ...option, ...scaled(option, 1000), unit: 'seconds' } : option;
  const reasons = reasonNames();
  const rows = brokerOptions().map((option) => {
    if (option.reason !== 'None' && !reasons.has(option.reason)) throw new Error(`there is no reason ${option.reason}`);
    const limits = limitsOf(option);
    const flagLimits = limitsOf(seconds(option));
    const difference = flagLimits === limits ? '' : ` (flag: ${flagLimits})`;
    return `| \`${option.name}\` | \`--${option.flag}\` | ${option.text} | ${limits}${difference} | ${reasons.get(option.reason) ?? ''} |`;
  });
  return `# Options of a broker

Of \`createBroker({ ... })\` in JavaScript, and as flags of \`wasmqtt-server\`. A flag without its \`--\` is a key of the file that \`--config FILE\` names, in
TOML: \`max-clients = 100\`. The first value of the fourth column is the default. The last column is the reason that a 5.0 client is told.

| option | flag | | default; range | beyond it |
|---|---|---|---|---|
${rows.join('\n')}

Made from core/mqtt/broker/broker_options.inc by scripts/generate-records.mjs.
`;
}

function scaled({ standard, least, most }, by) {
  return { standard: standard / by, least: Math.ceil(least / by), most: most / by };
}

/** Path from the root -> content, of every file that this script makes. */
export function generatedFiles() {
  return new Map([
    ['js/src/generated/records.ts', recordsFile()],
    ['js/src/generated/reason-codes.ts', reasonCodesFile()],
    ['js/src/generated/properties.ts', propertiesFile()],
    ['js/src/generated/broker-options.ts', brokerOptionsFile()],
    ['docs/broker-options.md', brokerOptionsPage()],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, content] of generatedFiles()) writeFileSync(new URL(path, root), content);
}
