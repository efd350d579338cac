// Made by `npm run api`; do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Answer
         * @description Asks the agent's SIP phone to answer (a browser answers by itself and need not send it).
         */
        readonly Answer: {
            /** Offer */
            readonly offer: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "answer";
        };
        /**
         * Case
         * @description What was wished of a case is written; this is the case now.
         */
        readonly Case: {
            readonly case: components["schemas"]["CaseCard"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "case";
        };
        /**
         * CaseCard
         * @description A case as an agent's screen shows it.
         */
        readonly CaseCard: {
            /** Id */
            readonly id: string;
            /** Kind */
            readonly kind: string;
            /**
             * Note
             * @default null
             */
            readonly note: string | null;
            /**
             * Number
             * @default
             */
            readonly number: string;
            /**
             * Opened At
             * Format: date-time
             */
            readonly opened_at: string;
            /** Owner */
            readonly owner: string;
            /**
             * Resolution
             * @default null
             */
            readonly resolution: string | null;
            /** @default open */
            readonly status: components["schemas"]["CaseStatus"];
            /** Subject */
            readonly subject: string;
        };
        /**
         * CaseKind
         * @description What a case is about. Facts may name others that this version does not know.
         * @enum {string}
         */
        readonly CaseKind: "complaint" | "claim" | "advice" | "other";
        /**
         * CaseStatus
         * @description Where a case stands.
         * @enum {string}
         */
        readonly CaseStatus: "open" | "pending" | "closed";
        /**
         * Cases
         * @description The agent's own cases that are not closed, the newest first.
         */
        readonly Cases: {
            /** Cases */
            readonly cases: readonly components["schemas"]["CaseCard"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "cases";
        };
        /**
         * Changed
         * @description The agent's status or state changed; replaces what the desktop knew.
         */
        readonly Changed: {
            readonly snapshot: components["schemas"]["Snapshot"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "changed";
        };
        /**
         * CodeText
         * @description A choice with its name in both languages.
         */
        readonly CodeText: {
            /** Code */
            readonly code: string;
            /** En */
            readonly en: string;
            /** Zh */
            readonly zh: string;
        };
        /**
         * ContactContext
         * @description Who is calling and what they have done so far.
         */
        readonly ContactContext: {
            /**
             * Callback
             * @default false
             */
            readonly callback: boolean;
            /** Called */
            readonly called: string;
            /** Caller */
            readonly caller: string;
            /**
             * Caller Name
             * @default
             */
            readonly caller_name: string;
            /**
             * Collected
             * @default {}
             */
            readonly collected: {
                readonly [key: string]: string;
            };
            /** Contact */
            readonly contact: string;
            /** @default null */
            readonly customer: components["schemas"]["CustomerCard"] | null;
            /**
             * Customer Pending
             * @default false
             */
            readonly customer_pending: boolean;
            /** Language */
            readonly language: string;
            /**
             * Path
             * @default []
             */
            readonly path: readonly components["schemas"]["PathStep"][];
            /** Queue */
            readonly queue: string;
            /** Queue Title En */
            readonly queue_title_en: string;
            /** Queue Title Zh */
            readonly queue_title_zh: string;
            /** Site */
            readonly site: string;
            /** Waited Ms */
            readonly waited_ms: number;
        };
        /**
         * CustomerArrived
         * @description The customer's record, late.
         */
        readonly CustomerArrived: {
            readonly customer: components["schemas"]["CustomerCard"] | null;
            /** Offer */
            readonly offer: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "customer";
        };
        /**
         * CustomerCard
         * @description The customer's record in the data center. Without id and name: nobody known, but there are cases of this number.
         */
        readonly CustomerCard: {
            /**
             * Cases
             * @default []
             */
            readonly cases: readonly components["schemas"]["CaseCard"][];
            /**
             * Fields
             * @default {}
             */
            readonly fields: {
                readonly [key: string]: string;
            };
            /**
             * Grade
             * @default
             */
            readonly grade: string;
            /**
             * Id
             * @default
             */
            readonly id: string;
            /**
             * Last Agent
             * @default null
             */
            readonly last_agent: string | null;
            /**
             * Name
             * @default
             */
            readonly name: string;
            /**
             * Notes
             * @default
             */
            readonly notes: string;
        };
        /** Decline */
        readonly Decline: {
            /** Offer */
            readonly offer: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "decline";
        };
        /**
         * Device
         * @description The phone an agent uses.
         * @enum {string}
         */
        readonly Device: "browser" | "phone";
        /**
         * Elsewhere
         * @description The agent's seat is at another site: connect there.
         */
        readonly Elsewhere: {
            /** Site */
            readonly site: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "elsewhere";
            /** Url */
            readonly url: string;
        };
        readonly FromDesktop: components["schemas"]["LogIn"] | components["schemas"]["SetStatus"] | components["schemas"]["Shown"] | components["schemas"]["Answer"] | components["schemas"]["Decline"] | components["schemas"]["HangUp"] | components["schemas"]["SaveWrapUp"] | components["schemas"]["OpenCase"] | components["schemas"]["NoteCase"] | components["schemas"]["HandOverCase"] | components["schemas"]["SetCaseStatus"] | components["schemas"]["ListCases"] | components["schemas"]["LogOut"] | components["schemas"]["Ping"];
        readonly FromSite: components["schemas"]["LoggedIn"] | components["schemas"]["Elsewhere"] | components["schemas"]["Changed"] | components["schemas"]["Offered"] | components["schemas"]["CustomerArrived"] | components["schemas"]["OfferOver"] | components["schemas"]["Case"] | components["schemas"]["Cases"] | components["schemas"]["Queues"] | components["schemas"]["Refused"] | components["schemas"]["Pong"];
        /**
         * HandOverCase
         * @description From now on another agent owns it.
         */
        readonly HandOverCase: {
            /**
             * Case
             * @description a ULID
             */
            readonly case: string;
            /**
             * Contact
             * @default null
             */
            readonly contact: string | null;
            /** To */
            readonly to: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "hand_over_case";
        };
        /**
         * HangUp
         * @description Ends the conversation; the customer hears the flow's next step, or the end.
         */
        readonly HangUp: {
            /** Offer */
            readonly offer: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "hang_up";
        };
        /**
         * ListCases
         * @description Asks for the agent's own cases that are not closed.
         */
        readonly ListCases: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "list_cases";
        };
        /** LogIn */
        readonly LogIn: {
            /** Agent */
            readonly agent: string;
            /** @default browser */
            readonly device: components["schemas"]["Device"];
            /**
             * Language
             * @default zh
             * @enum {string}
             */
            readonly language: "zh" | "en";
            /** Password */
            readonly password: string;
            /**
             * Resume
             * @default null
             */
            readonly resume: ("available" | "break") | null;
            /**
             * Resume Reason
             * @default null
             */
            readonly resume_reason: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "log_in";
        };
        /** LogOut */
        readonly LogOut: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "log_out";
        };
        /** LoggedIn */
        readonly LoggedIn: {
            /** Break Reasons */
            readonly break_reasons: readonly components["schemas"]["CodeText"][];
            readonly sip: components["schemas"]["SipAccount"] | null;
            readonly snapshot: components["schemas"]["Snapshot"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "logged_in";
            /** Wrap Up Codes */
            readonly wrap_up_codes: readonly components["schemas"]["CodeText"][];
        };
        /** NoteCase */
        readonly NoteCase: {
            /**
             * Case
             * @description a ULID
             */
            readonly case: string;
            /**
             * Contact
             * @default null
             */
            readonly contact: string | null;
            /** Note */
            readonly note: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "note_case";
        };
        /**
         * OfferOver
         * @description The offer is gone without a conversation.
         */
        readonly OfferOver: {
            /** Offer */
            readonly offer: string;
            /** Outcome */
            readonly outcome: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "offer_over";
        };
        /** OfferView */
        readonly OfferView: {
            readonly context: components["schemas"]["ContactContext"];
            /** Offer */
            readonly offer: string;
            /** Ring Seconds */
            readonly ring_seconds: number;
        };
        /**
         * Offered
         * @description A contact comes. Show it, then send `shown`; the phone rings after that.
         */
        readonly Offered: {
            readonly offer: components["schemas"]["OfferView"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "offered";
        };
        /**
         * OpenCase
         * @description The agent takes up a matter of the caller, and owns it. The desktop makes the id (a ULID): said twice, it is one case.
         */
        readonly OpenCase: {
            /**
             * Case
             * @description a ULID
             */
            readonly case: string;
            /** Contact */
            readonly contact: string;
            readonly kind: components["schemas"]["CaseKind"];
            /** Subject */
            readonly subject: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "open_case";
        };
        /**
         * PathStep
         * @description One node the customer passed in the flow.
         */
        readonly PathStep: {
            /**
             * Input
             * @default null
             */
            readonly input: string | null;
            /** Node */
            readonly node: string;
            /** Title En */
            readonly title_en: string;
            /** Title Zh */
            readonly title_zh: string;
        };
        /** Ping */
        readonly Ping: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "ping";
        };
        /** Pong */
        readonly Pong: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "pong";
        };
        /** QueueView */
        readonly QueueView: {
            /** Longest Ms */
            readonly longest_ms: number;
            /** Queue */
            readonly queue: string;
            /** Title En */
            readonly title_en: string;
            /** Title Zh */
            readonly title_zh: string;
            /** Waiting */
            readonly waiting: number;
        };
        /**
         * Queues
         * @description Waiting counts of the agent's queues; on change, at most twice a second.
         */
        readonly Queues: {
            /** Queues */
            readonly queues: readonly components["schemas"]["QueueView"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "queues";
        };
        /**
         * Refused
         * @description The last message was not followed.
         */
        readonly Refused: {
            /** Code */
            readonly code: string;
            /** En */
            readonly en: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "refused";
            /** Zh */
            readonly zh: string;
        };
        /** SaveWrapUp */
        readonly SaveWrapUp: {
            /** Code */
            readonly code: string;
            /** Contact */
            readonly contact: string;
            /**
             * Note
             * @default null
             */
            readonly note: string | null;
            /**
             * Then
             * @default available
             * @enum {string}
             */
            readonly then: "available" | "break";
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "wrap_up";
        };
        /**
         * SetCaseStatus
         * @description Closes a case, with what came of it; opens it again; or says that it waits for somebody else (`pending`).
         */
        readonly SetCaseStatus: {
            /**
             * Case
             * @description a ULID
             */
            readonly case: string;
            /**
             * Contact
             * @default null
             */
            readonly contact: string | null;
            /**
             * Resolution
             * @default null
             */
            readonly resolution: string | null;
            readonly status: components["schemas"]["CaseStatus"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "set_case_status";
        };
        /**
         * SetStatus
         * @description May be sent during a contact: it takes effect when the contact is over.
         */
        readonly SetStatus: {
            /**
             * Reason
             * @default null
             */
            readonly reason: string | null;
            /**
             * Status
             * @enum {string}
             */
            readonly status: "available" | "break";
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "set_status";
        };
        /**
         * Shown
         * @description The offer is on the screen; the phone may ring. Without it the phone rings 250 ms after the offer was sent.
         */
        readonly Shown: {
            /** Offer */
            readonly offer: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "shown";
        };
        /**
         * SipAccount
         * @description What the browser registers with.
         */
        readonly SipAccount: {
            /** Password */
            readonly password: string;
            /** Uri */
            readonly uri: string;
            /** Username */
            readonly username: string;
            /** Ws Url */
            readonly ws_url: string;
        };
        /**
         * Snapshot
         * @description Everything the desktop shows about its agent.
         */
        readonly Snapshot: {
            /** Agent */
            readonly agent: string;
            /** Name */
            readonly name: string;
            /** @default null */
            readonly next_status: components["schemas"]["Status"] | null;
            /** @default null */
            readonly offer: components["schemas"]["OfferView"] | null;
            /**
             * Queues
             * @default []
             */
            readonly queues: readonly components["schemas"]["QueueView"][];
            /**
             * Reason
             * @default null
             */
            readonly reason: string | null;
            /** Since Ms */
            readonly since_ms: number;
            /** Site */
            readonly site: string;
            readonly state: components["schemas"]["State"];
            readonly status: components["schemas"]["Status"];
            /** @default null */
            readonly wrap_up: components["schemas"]["WrapUpView"] | null;
        };
        /**
         * State
         * @description What is observed.
         * @enum {string}
         */
        readonly State: "idle" | "reserved" | "ringing" | "talking" | "held" | "wrap_up";
        /**
         * Status
         * @description What the person declares.
         * @enum {string}
         */
        readonly Status: "logged_out" | "available" | "break" | "not_ready";
        /** WrapUpView */
        readonly WrapUpView: {
            /** Codes */
            readonly codes: readonly components["schemas"]["CodeText"][];
            /** Contact */
            readonly contact: string;
            /** Left */
            readonly left: number;
            /** Seconds */
            readonly seconds: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
