/** An answer that refuses a request, in the shape of https://docs.discord.com/developers/reference#error-messages. */
export interface ApiError {
  /** HTTP status. */
  readonly status: number;
  /** Discord's own code; 0 where it has none. */
  readonly code: number;
  readonly message: string;
  /** For 50035: what is wrong, by path in the body. */
  readonly errors?: object;
}

/**
 * The refusals that the fake knows by name; codes from
 * https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes.
 */
export const API_ERRORS = {
  unauthorized: { status: 401, code: 0, message: '401: Unauthorized' },
  missingAccess: { status: 403, code: 50001, message: 'Missing Access' },
  missingPermissions: { status: 403, code: 50013, message: 'Missing Permissions' },
  unknownChannel: { status: 404, code: 10003, message: 'Unknown Channel' },
  unknownMessage: { status: 404, code: 10008, message: 'Unknown Message' },
  nonTextChannel: { status: 400, code: 50008, message: 'Cannot send messages in a non-text channel' },
  wrongChannelType: { status: 400, code: 50024, message: 'Cannot execute action on this channel type' },
  unknownWebhook: { status: 404, code: 10015, message: 'Unknown Webhook' },
  emptyMessage: { status: 400, code: 50006, message: 'Cannot send an empty message' },
  invalidFormBody: { status: 400, code: 50035, message: 'Invalid Form Body' },
  invalidJson: { status: 400, code: 50109, message: 'The request body contains invalid JSON.' },
  notFound: { status: 404, code: 0, message: '404: Not Found' },
} as const satisfies Record<string, ApiError>;
