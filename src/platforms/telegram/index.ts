/**
 * For bots on Telegram: what errors say of a message.
 *
 * @packageDocumentation
 */
export { classifyTelegramError } from './classify-telegram-error.js';
export type { ErrorVerdict } from '../../delivery/options.js';
export type { ResendContext } from '../network/resend.js';
