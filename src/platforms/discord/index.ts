/**
 * For bots on Discord: nonces, and what an error means for a message.
 *
 * @packageDocumentation
 */
export { classifyDiscordError } from './classify-discord-error.js';
export { discordNonce } from './discord-nonce.js';
export type { ErrorVerdict } from '../../delivery/options.js';
export type { ResendContext } from '../network/resend.js';
