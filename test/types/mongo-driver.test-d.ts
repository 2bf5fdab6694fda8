/**
 * Checked by the compiler alone: collections and clients of both versions of the driver fit what a MongoStore takes, whatever their documents
 * are declared to be, and what is not one of them does not.
 */
import type { Collection as Collection7, MongoClient as MongoClient7 } from 'mongodb';
import type { Collection as Collection6, MongoClient as MongoClient6 } from 'mongodb6';
import { MongoStore } from 'sent-code-store';

interface Code {
  _id: string;
  guild_id: bigint;
  sent_at?: Date;
}

declare const plain7: Collection7;
declare const typed7: Collection7<Code>;
declare const client7: MongoClient7;
declare const plain6: Collection6;
declare const typed6: Collection6<Code>;
declare const client6: MongoClient6;

new MongoStore({ collection: plain7 });
new MongoStore({ collection: typed7, timestamps: 'iso' });
new MongoStore({ collection: plain6 });
new MongoStore({ collection: typed6, operationTimeoutMs: 500 });
new MongoStore({ client: client7 });
new MongoStore({ client: client7, database: 'bot', collection: 'codes' });
new MongoStore({ client: client6, database: 'bot' });
new MongoStore({ uri: 'mongodb://127.0.0.1/', database: 'bot', collection: 'codes', clientOptions: { tls: true } });

// @ts-expect-error -- a name alone says nothing
new MongoStore({ collection: 'codes' });
// @ts-expect-error -- a client is no collection
new MongoStore({ collection: client7 });
// @ts-expect-error -- a collection is no client
new MongoStore({ client: plain7 });
// @ts-expect-error -- a collection knows its database
new MongoStore({ collection: plain7, database: 'bot' });
// @ts-expect-error -- one source
new MongoStore({ client: client7, uri: 'mongodb://127.0.0.1/' });
// @ts-expect-error -- options of a client that exists already
new MongoStore({ client: client6, clientOptions: {} });
// @ts-expect-error -- no such form
new MongoStore({ collection: plain6, timestamps: 'epoch' });
// @ts-expect-error -- it needs one source
new MongoStore({});
