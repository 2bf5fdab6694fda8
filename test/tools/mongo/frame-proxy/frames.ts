/** The fields of a frame that a proxy needs, read where they stand: most frames are passed on as they are. */
const REQUEST_ID_AT = 4;
const REPLY_TO_AT = 8;
const OP_CODE_AT = 12;
const OP_MSG = 2013;
/** After the header, the flags, the kind of the first section, the length of its document and the type of its first field. */
const FIRST_NAME_AT = 16 + 4 + 1 + 4 + 1;

export const requestIdOf = (frame: Buffer): number => frame.readInt32LE(REQUEST_ID_AT);

export const replyToOf = (frame: Buffer): number => frame.readInt32LE(REPLY_TO_AT);

/** The name of a command: of the first field of its first section. What is no OP_MSG is a driver's first hello. */
export function commandNameOf(frame: Buffer): string {
  if (frame.readInt32LE(OP_CODE_AT) !== OP_MSG) return 'hello';
  return frame.toString('utf8', FIRST_NAME_AT, frame.indexOf(0, FIRST_NAME_AT));
}
