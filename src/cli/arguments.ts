/** Before every value and every argument on its way through cac. No shell passes it on. */
const MARK = '\0';

/**
 * Makes the arguments of a process safe for cac, which reads what looks like a number as one: the
 * id of a guild would lose its last digits, and a code `007` would become `7`. What begins with `-`
 * and a digit is an argument: ids of Telegram are negative.
 *
 * @param valued - names of the options that have a value, with their dashes
 */
export function readArguments(args: readonly string[], valued: ReadonlySet<string>): string[] {
  const read: string[] = [];
  let hasCommand = false;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') return [...read, ...args.slice(index + 1).map((rest) => MARK + rest)];
    const equals = arg.indexOf('=');
    const name = equals === -1 ? arg : arg.slice(0, equals);
    if (isOption(arg) && valued.has(name)) {
      const next = args[index + 1];
      if (equals !== -1) read.push(`${name}=${MARK}${arg.slice(equals + 1)}`);
      else if (next === undefined || isOption(next)) read.push(arg);
      else {
        read.push(`${name}=${MARK}${next}`);
        index += 1;
      }
    } else if (isOption(arg) || !hasCommand) {
      hasCommand ||= !isOption(arg);
      read.push(arg);
    } else {
      read.push(MARK + arg);
    }
  }
  return read;
}

/** Takes the marks off again. */
export function unmarked<T>(value: T): T {
  if (typeof value === 'string') return (value.startsWith(MARK) ? value.slice(MARK.length) : value) as T;
  return (Array.isArray(value) ? (value as unknown[]).map(unmarked) : value) as T;
}

function isOption(arg: string): boolean {
  return arg.startsWith('-') && !/^-\d/.test(arg) && arg !== '-';
}
