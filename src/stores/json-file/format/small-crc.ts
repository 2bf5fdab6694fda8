/**
 * The CRC-32 of a few bytes, continued from `before`: what `crc32` of `node:zlib` returns. For some
 * ten bytes its call costs more than the bytes do, and a snapshot has a seal for each guild.
 */
export function smallCrc(bytes: Uint8Array, start: number, end: number, before: number): number {
  let crc = ~before;
  for (let at = start; at < end; at += 1) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return ~crc >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
