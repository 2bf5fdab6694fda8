/**
 * For bots on Telegram: what an error means for a message.
 *
 * @packageDocumentation
 */
export { classifyTelegramError } from './classify-telegram-error.js';
export type { ErrorVerdict } from '../../delivery/options.js';
export type { ResendContext } from '../network/resend.js';
