// Made by `npm run api`; do not edit.
export interface paths {
    readonly "/api/v1/alarms": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the alarms
         * @description What synthetic calls have found: queues that callers would not get through to, by site and node, and sites of which nothing is heard. Open ones, and those that were cleared lately.
         */
        readonly get: operations["list_alarms_api_v1_alarms_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/cases": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List cases, newest first
         * @description Cases that match every filter given, by time of opening. `status` may be given several times: `status=open&status=pending` are those that are not closed. Pages are cut by a cursor.
         */
        readonly get: operations["list_cases_api_v1_cases_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/cases/{case}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a case
         * @description The case with this id, all that was done with it in order, and the contacts in which it was done. 404 if there is none.
         */
        readonly get: operations["read_case_api_v1_cases__case__get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/configuration": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read which version counts
         * @description The newest version, and how each site stands with it. Sites ask every second.
         */
        readonly get: operations["read_state_api_v1_configuration_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/configuration/acknowledgement": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Say how a site stands with a version
         * @description For sites.
         */
        readonly put: operations["say_standing_api_v1_configuration_acknowledgement_put"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/configuration/rollback": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Go back to a version
         * @description What it says counts again, as a new version.
         */
        readonly post: operations["return_to_api_v1_configuration_rollback_post"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/configuration/versions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List versions
         * @description Newest first.
         */
        readonly get: operations["list_configurations_api_v1_configuration_versions_get"];
        readonly put?: never;
        /**
         * Publish a configuration
         * @description Checks it as sites will; from then on it counts. The same one again is no fault. 409 when another version was published since the one that it is based on; what changed then stands in the answer.
         */
        readonly post: operations["publish_configuration_api_v1_configuration_versions_post"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/configuration/versions/{n}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a version
         * @description And what it says, by the names of a topology file.
         */
        readonly get: operations["read_configuration_api_v1_configuration_versions__n__get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/configuration/versions/{n}/changes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Compare two versions
         * @description What is different in a version since another one, in words.
         */
        readonly get: operations["read_changes_api_v1_configuration_versions__n__changes_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/contacts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List contacts, newest first
         * @description Contacts that match every filter given, by time of arrival. Pages are cut by a cursor, so contacts that arrive meanwhile move nothing.
         */
        readonly get: operations["list_contacts_api_v1_contacts_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/contacts/{contact}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read the story of one contact
         * @description Who called, the path through the flow, the queues, every offer and how it ended, who talked for how long, why it ended, the wrap-up, and all facts of every site in order. Can be read while the contact goes on.
         */
        readonly get: operations["read_contact_api_v1_contacts__contact__get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/customers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Find the customer with a telephone number
         * @description The one customer with this number, written as a caller's number may be: with or without +86, 0086 or a leading 0. 404 if there is none.
         */
        readonly get: operations["find_customer_api_v1_customers_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/customers/{customer}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a customer
         * @description The customer with this id. 404 if there is none.
         */
        readonly get: operations["read_customer_api_v1_customers__customer__get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/facts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Take a batch of facts from a site
         * @description Stores up to 1000 facts (at most 4 MiB), each exactly once by `(site, seq)`, in any order, and answers how far the site's facts are stored without a gap: the site may forget those, and sends again from there. A fact that cannot be understood is set aside and counted as arrived; a fact whose `seq` is stored with other content is set aside too, and the first one stands.
         */
        readonly post: operations["take_facts_api_v1_facts_post"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/facts/set-aside": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List facts that are not stored
         * @description What sites sent that could not be stored, with the reason, and what they say they have lost. Nothing waits for these: each was counted as arrived. Newest first; pages are cut by a cursor.
         */
        readonly get: operations["list_set_aside_api_v1_facts_set_aside_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/flows/{hotline}/acknowledgement": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Say what a site made of a release
         * @description For sites.
         */
        readonly put: operations["acknowledge_api_v1_flows__hotline__acknowledgement_put"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/flows/{hotline}/release": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read what callers meet now
         * @description The newest release, and how far each site is. Sites ask every second.
         */
        readonly get: operations["read_release_api_v1_flows__hotline__release_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/flows/{hotline}/releases": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List releases
         * @description Newest first.
         */
        readonly get: operations["list_releases_api_v1_flows__hotline__releases_get"];
        readonly put?: never;
        /**
         * Activate a version
         * @description For all callers, or as a canary for some. Calls in progress finish on the version they began with.
         */
        readonly post: operations["activate_api_v1_flows__hotline__releases_post"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/flows/{hotline}/rollback": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Go back
         * @description Ends the canary if there is one; else activates the version before.
         */
        readonly post: operations["roll_back_api_v1_flows__hotline__rollback_post"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/flows/{hotline}/stats": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read the figures of a flow's nodes
         * @description Per version and node: visits, ways out (time-outs, wrong keys and hang-ups among them), seconds, and containment: how many of the contacts that came by were served by the flow alone.
         */
        readonly get: operations["read_stats_api_v1_flows__hotline__stats_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/flows/{hotline}/versions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List versions
         * @description Newest first.
         */
        readonly get: operations["list_versions_api_v1_flows__hotline__versions_get"];
        readonly put?: never;
        /**
         * Publish a version
         * @description Stores a hotline's files, checked once more, under the digest of what they say. Nobody meets it yet.
         */
        readonly post: operations["publish_version_api_v1_flows__hotline__versions_post"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/flows/{hotline}/versions/{version}/bundle": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Fetch a version's files
         * @description The zip archive that was published. For sites.
         */
        readonly get: operations["fetch_bundle_api_v1_flows__hotline__versions__version__bundle_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/live": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Follow what changes
         * @description Server-Sent Events. First `hello`; then, as facts are stored by any replica, `contact` (`LiveContact`), `agent` (`LiveAgent`) and `site` (`LiveSite`): how each is now. `resync` (`LiveResync`): read again what you show of these sites. `stale` (`LiveStale`): news may be late. `end` (`LiveEnd`): connect again. Read lists after `hello`, and nothing is missed. An event's `id` is a cursor over the facts that every replica knows: who connects again with it as `Last-Event-ID` is told what changed since, perhaps twice.
         */
        readonly get: operations["follow_api_v1_live_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/measures": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read measures by interval and group
         * @description Service levels, ASA, AHT, abandonment, occupancy, adherence, shrinkage, containment and what they are computed from, by 15 minutes, hour or day of a time zone, and by queue, site, agent and flow. Every measure comes with its formula. Which can be told depends on the groups: an agent's time belongs to no queue, a wait to no agent. `format`, or else the header Accept, chooses JSON, CSV or XLSX.
         */
        readonly get: operations["read_measures_api_v1_measures_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/policies/{number}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a policy
         * @description What the hotline's self-service says about a policy. 404 if there is none with this number.
         */
        readonly get: operations["read_policy_api_v1_policies__number__get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/schedules": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read schedules
         * @description Lines that start from `since` to before `until`, by agent and time, and the publications that they come from. Up to 93 days and 200000 lines. `format=csv`, or else the header Accept, gives a file that can be published again.
         */
        readonly get: operations["read_schedules_api_v1_schedules_get"];
        /**
         * Publish schedules
         * @description Takes a CSV file (UTF-8) with the columns agent, start, end, activity: up to 200000 lines. For each agent in it, it replaces all lines that start from `since` to before `until`; the lines of others stay. `activity` is `work`, `break`, `off_phone`, `absent` or `unpaid`; moments are ISO 8601 with offset. Lines of one agent never overlap. One wrong line, and nothing is changed; `where` says which: `schedule:7`.
         */
        readonly put: operations["publish_schedules_api_v1_schedules_put"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/schedules/publications": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List publications of schedules
         * @description Who published schedules, when and for which days. Newest first, the last 200.
         */
        readonly get: operations["list_publications_api_v1_schedules_publications_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/sites": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the sites
         * @description Where agents connect, and which sites are ready now (asked when you ask; at most a second).
         */
        readonly get: operations["list_sites_api_v1_sites_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/webphone": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the web phone's account
         * @description With it a browser calls the hotline at a site as a customer would.
         */
        readonly get: operations["read_webphone_api_v1_webphone_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/healthz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Is the process alive?
         * @description 200 as long as it can answer at all.
         */
        readonly get: operations["healthz_healthz_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Figures for Prometheus
         * @description Prometheus text format. Never labeled by agent or number.
         */
        readonly get: operations["read_metrics_metrics_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Would a call be answered?
         * @description 200 when the database answers and every site's process says that it is ready; they are asked now, for at most two seconds. Otherwise 503 with what is missing. A proxy in front of several replicas asks with `sites=false`: a site that is away is no reason to send nobody here.
         */
        readonly get: operations["readyz_readyz_get"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Acknowledgement
         * @description How far the site's facts are on disk.
         * @example {
         *       "acknowledged": 41,
         *       "missing": [
         *         42,
         *         57
         *       ]
         *     }
         */
        readonly Acknowledgement: {
            /**
             * Acknowledged
             * @description the highest `seq` of the site up to which nothing is missing; 0 when its first fact is missing
             */
            readonly acknowledged: number;
            /**
             * Missing
             * @description the first gap: the first and the last `seq` that are missing before facts that are here; absent if there is none
             */
            readonly missing?: readonly [
                number,
                number
            ] | null;
        };
        /**
         * AcknowledgementBody
         * @description A site's answer to a release.
         */
        readonly AcknowledgementBody: {
            /**
             * N
             * @description the release
             */
            readonly n: number;
            /** @description what the site made of it */
            readonly outcome: components["schemas"]["Taken"];
            /**
             * Reason
             * @description why it was refused: the code of the problem
             * @default
             */
            readonly reason: string;
            /**
             * Site
             * @description who answers
             */
            readonly site: string;
        };
        /**
         * Action
         * @description What a release did.
         * @enum {string}
         */
        readonly Action: "activated" | "canary" | "rolled_back" | "canary_returned";
        /**
         * Activation
         * @description All callers meet `version`; or, with a canary, they go on with what they have and some meet the canary's version.
         */
        readonly Activation: {
            /**
             * Author
             * @description who did it
             * @example wang.fang
             */
            readonly author: string;
            /** @description what some callers shall meet */
            readonly canary?: components["schemas"]["Canary"] | null;
            /**
             * Message
             * @description why
             * @example 新增台风公告
             */
            readonly message: string;
            /**
             * Version
             * @description what all callers shall meet
             */
            readonly version?: string | null;
        };
        /**
         * Activity
         * @description What an agent is to do. All but `unpaid` is paid time.
         * @enum {string}
         */
        readonly Activity: "work" | "break" | "off_phone" | "absent" | "unpaid";
        /**
         * AlarmList
         * @description The alarms of all sites.
         * @example {
         *       "open": [
         *         {
         *           "id": "probe.sh1.claims",
         *           "kind": "calls_fail",
         *           "node": "sh1",
         *           "queue": "claims",
         *           "reason": "Originate was not answered within 11 s.",
         *           "since": "2026-11-26T08:00:00.000000Z",
         *           "site": "sh",
         *           "stuck_at": "originate",
         *           "what": {
         *             "en": "Callers of claims would not reach an agent at sh by way of sh1.",
         *             "zh": "claims 的来电经 sh1 将无法接通坐席。"
         *           }
         *         }
         *       ],
         *       "recent": []
         *     }
         */
        readonly AlarmList: {
            /**
             * Open
             * @description now, the oldest first
             */
            readonly open: readonly components["schemas"]["AlarmView"][];
            /**
             * Recent
             * @description over, the latest first; at most 50 of each site
             */
            readonly recent: readonly components["schemas"]["AlarmView"][];
        };
        /**
         * AlarmView
         * @description Something that must work does not, or did not for a while.
         */
        readonly AlarmView: {
            /**
             * Ended
             * @description when it was cleared; absent while it is open
             */
            readonly ended?: string | null;
            /**
             * Id
             * @description stable: the same trouble has the same id
             */
            readonly id: string;
            /**
             * Kind
             * @description `calls_fail`: synthetic calls do not pass; `site_silent`: none was heard of (the dead man's switch)
             * @enum {string}
             */
            readonly kind: "calls_fail" | "site_silent";
            /**
             * Node
             * @description the Asterisk node by which it was called
             */
            readonly node?: string | null;
            /**
             * Queue
             * @description the queue that was called
             */
            readonly queue?: string | null;
            /**
             * Reason
             * @description what was met there, for engineers
             */
            readonly reason: string;
            /**
             * Since
             * Format: date-time
             * @description when it was raised; for a site that is silent, when it was last heard
             */
            readonly since: string;
            /**
             * Site
             * @description the site's name
             */
            readonly site: string;
            /**
             * Stuck At
             * @description the stage that was not reached: originate, agi, queue, offer, answer, voice, end, journal, router
             */
            readonly stuck_at?: string | null;
            /** @description what it means, for people */
            readonly what: components["schemas"]["Sentence"];
        };
        /**
         * Callbacks
         * @description Whether customers who were called back count.
         * @enum {string}
         */
        readonly Callbacks: "include" | "exclude" | "only";
        /**
         * Canary
         * @description A version that only some callers meet.
         */
        readonly Canary: {
            /**
             * Callers
             * @description numbers, or how they begin, that always meet it
             * @default []
             */
            readonly callers: readonly string[];
            /**
             * Least Calls
             * @description ended calls before its failures are judged
             * @default 20
             */
            readonly least_calls: number;
            /**
             * Percent
             * @description share of calls
             * @default 0
             */
            readonly percent: number;
            /**
             * Tolerance Percent
             * @description how much higher its share of failed calls may be than the others'
             * @default 10
             */
            readonly tolerance_percent: number;
            /**
             * Version
             * @description digest of all files of a hotline
             * @example 3f9c2a61d07b
             */
            readonly version: string;
        };
        /**
         * CaseDetail
         * @description A case with its history.
         * @example {
         *       "changed_at": "2026-11-23T08:16:40.000200Z",
         *       "contact": "sh1-1763885702.17",
         *       "contacts": [
         *         "sh1-1763885702.17"
         *       ],
         *       "history": [
         *         {
         *           "agent": "1003",
         *           "at": "2026-11-23T08:16:40.000200Z",
         *           "contact": "sh1-1763885702.17",
         *           "kind": "case.noted",
         *           "note": "已转财务核实，答应周三前回电",
         *           "site": "sh"
         *         }
         *       ],
         *       "hotline": "95500",
         *       "id": "01JD8Q7M0W3V9K2X4Z6B8N1R5T",
         *       "kind": "complaint",
         *       "note": "已转财务核实，答应周三前回电",
         *       "number": "13700137001",
         *       "opened_at": "2026-11-23T08:15:02.104512Z",
         *       "opened_by": "1003",
         *       "owner": "1003",
         *       "status": "open",
         *       "subject": "理赔款迟迟未到账"
         *     }
         */
        readonly CaseDetail: {
            /**
             * Changed At
             * Format: date-time
             * @description when something was done with it last
             */
            readonly changed_at: string;
            /**
             * Closed At
             * @description null while it is not closed
             */
            readonly closed_at: string | null;
            /**
             * Closed By
             * @description the agent who closed it
             */
            readonly closed_by: string | null;
            /**
             * Contact
             * @description the contact in which it was opened
             */
            readonly contact: string | null;
            /**
             * Contacts
             * @description the contacts in which something was done, in order
             */
            readonly contacts: readonly string[];
            /**
             * History
             * @description all that was done, in order
             */
            readonly history: readonly components["schemas"]["CaseEvent"][];
            /**
             * Hotline
             * @description the hotline by which it came
             */
            readonly hotline: string;
            /**
             * Id
             * @description the case's id, a ULID
             */
            readonly id: string;
            /**
             * Kind
             * @description what it is about
             */
            readonly kind: components["schemas"]["CaseKind"] | string;
            /**
             * Note
             * @description the latest note
             */
            readonly note: string | null;
            /**
             * Number
             * @description the customer's telephone number, as dialed within the country; empty if withheld
             */
            readonly number: string;
            /**
             * Opened At
             * Format: date-time
             * @description when it was opened
             */
            readonly opened_at: string;
            /**
             * Opened By
             * @description the agent who took it up first
             */
            readonly opened_by: string;
            /**
             * Owner
             * @description the agent whose matter it is
             */
            readonly owner: string;
            /**
             * Resolution
             * @description how it ended
             */
            readonly resolution: string | null;
            /** @description where it stands; `pending` waits for somebody else */
            readonly status: components["schemas"]["CaseStatus"];
            /**
             * Subject
             * @description in a few words
             */
            readonly subject: string;
        };
        /**
         * CaseEvent
         * @description Something that was done with a case.
         * @example {
         *       "agent": "1003",
         *       "at": "2026-11-23T08:16:40.000200Z",
         *       "contact": "sh1-1763885702.17",
         *       "kind": "case.noted",
         *       "note": "已转财务核实，答应周三前回电",
         *       "site": "sh"
         *     }
         */
        readonly CaseEvent: {
            /**
             * Agent
             * @description who did it
             */
            readonly agent: string;
            /**
             * At
             * Format: date-time
             * @description when
             */
            readonly at: string;
            /**
             * Contact
             * @description the contact in which it was done
             */
            readonly contact: string | null;
            /**
             * Kind
             * @description `case.opened`, `case.noted`, `case.owner_changed`, `case.status_changed`
             */
            readonly kind: string;
            /**
             * Note
             * @description the note, or the resolution
             */
            readonly note?: string | null;
            /**
             * Owner
             * @description who owns it since then
             */
            readonly owner?: string | null;
            /**
             * Site
             * @description at which site
             */
            readonly site: string;
            /** @description where it stands since then */
            readonly status?: components["schemas"]["CaseStatus"] | null;
        };
        /**
         * CaseKind
         * @description What a case is about. Facts may name others that this version does not know.
         * @enum {string}
         */
        readonly CaseKind: "complaint" | "claim" | "advice" | "other";
        /**
         * CaseList
         * @description One page of cases.
         * @example {
         *       "items": [
         *         {
         *           "changed_at": "2026-11-23T08:16:40.000200Z",
         *           "contact": "sh1-1763885702.17",
         *           "hotline": "95500",
         *           "id": "01JD8Q7M0W3V9K2X4Z6B8N1R5T",
         *           "kind": "complaint",
         *           "note": "已转财务核实，答应周三前回电",
         *           "number": "13700137001",
         *           "opened_at": "2026-11-23T08:15:02.104512Z",
         *           "opened_by": "1003",
         *           "owner": "1003",
         *           "status": "open",
         *           "subject": "理赔款迟迟未到账"
         *         }
         *       ]
         *     }
         */
        readonly CaseList: {
            /**
             * Items
             * @description the newest first
             */
            readonly items: readonly components["schemas"]["CaseView"][];
            /**
             * Next Cursor
             * @description `cursor` of the next page; null on the last one
             */
            readonly next_cursor: string | null;
        };
        /**
         * CaseStatus
         * @description Where a case stands.
         * @enum {string}
         */
        readonly CaseStatus: "open" | "pending" | "closed";
        /**
         * CaseView
         * @description A matter that one agent owns until it is closed.
         * @example {
         *       "changed_at": "2026-11-23T08:16:40.000200Z",
         *       "contact": "sh1-1763885702.17",
         *       "hotline": "95500",
         *       "id": "01JD8Q7M0W3V9K2X4Z6B8N1R5T",
         *       "kind": "complaint",
         *       "note": "已转财务核实，答应周三前回电",
         *       "number": "13700137001",
         *       "opened_at": "2026-11-23T08:15:02.104512Z",
         *       "opened_by": "1003",
         *       "owner": "1003",
         *       "status": "open",
         *       "subject": "理赔款迟迟未到账"
         *     }
         */
        readonly CaseView: {
            /**
             * Changed At
             * Format: date-time
             * @description when something was done with it last
             */
            readonly changed_at: string;
            /**
             * Closed At
             * @description null while it is not closed
             */
            readonly closed_at: string | null;
            /**
             * Closed By
             * @description the agent who closed it
             */
            readonly closed_by: string | null;
            /**
             * Contact
             * @description the contact in which it was opened
             */
            readonly contact: string | null;
            /**
             * Hotline
             * @description the hotline by which it came
             */
            readonly hotline: string;
            /**
             * Id
             * @description the case's id, a ULID
             */
            readonly id: string;
            /**
             * Kind
             * @description what it is about
             */
            readonly kind: components["schemas"]["CaseKind"] | string;
            /**
             * Note
             * @description the latest note
             */
            readonly note: string | null;
            /**
             * Number
             * @description the customer's telephone number, as dialed within the country; empty if withheld
             */
            readonly number: string;
            /**
             * Opened At
             * Format: date-time
             * @description when it was opened
             */
            readonly opened_at: string;
            /**
             * Opened By
             * @description the agent who took it up first
             */
            readonly opened_by: string;
            /**
             * Owner
             * @description the agent whose matter it is
             */
            readonly owner: string;
            /**
             * Resolution
             * @description how it ended
             */
            readonly resolution: string | null;
            /** @description where it stands; `pending` waits for somebody else */
            readonly status: components["schemas"]["CaseStatus"];
            /**
             * Subject
             * @description in a few words
             */
            readonly subject: string;
        };
        /**
         * ConfigurationChange
         * @description One difference between two versions.
         * @example {
         *       "restart": [],
         *       "what": {
         *         "en": "skill advice 70 → 80",
         *         "zh": "技能 advice 70 → 80"
         *       },
         *       "where": "agent 1003"
         *     }
         */
        readonly ConfigurationChange: {
            /**
             * Restart
             * @description what takes it at its next start only; all others take it while they run
             */
            readonly restart: readonly string[];
            /** @description what is different */
            readonly what: components["schemas"]["Sentence"];
            /**
             * Where
             * @description the agent, site, node or carrier
             */
            readonly where: string;
        };
        /**
         * ConfigurationChangeList
         * @description What differs between two versions.
         * @example {
         *       "items": [
         *         {
         *           "restart": [],
         *           "what": {
         *             "en": "skill advice 70 → 80",
         *             "zh": "技能 advice 70 → 80"
         *           },
         *           "where": "agent 1003"
         *         }
         *       ],
         *       "n": 7,
         *       "since": 6
         *     }
         */
        readonly ConfigurationChangeList: {
            /**
             * Items
             * @description by hotline, sites, agents
             */
            readonly items: readonly components["schemas"]["ConfigurationChange"][];
            /**
             * N
             * @description the other
             */
            readonly n: number;
            /**
             * Since
             * @description the one; 0 is the data center's own topology file
             */
            readonly since: number;
        };
        /**
         * ConfigurationHead
         * @description One version, without what it says. It never changes.
         * @example {
         *       "action": "published",
         *       "at": "2026-11-26T04:00:00.000000Z",
         *       "author": "wang.fang",
         *       "digest": "8c01fc7986b23a1d1b8a4b8e5f2c7d105d41402abc4b2a76b9719d911017c592",
         *       "message": "1005 入职",
         *       "n": 7,
         *       "source": 6
         *     }
         */
        readonly ConfigurationHead: {
            /** @description how it came to be */
            readonly action: components["schemas"]["Origin"];
            /**
             * At
             * Format: date-time
             * @description since when it counts
             */
            readonly at: string;
            /**
             * Author
             * @description who did it
             */
            readonly author: string;
            /**
             * Digest
             * @description SHA-256 of the document, hexadecimal
             */
            readonly digest: string;
            /**
             * Message
             * @description why
             */
            readonly message: string;
            /**
             * N
             * @description counts up by one
             */
            readonly n: number;
            /**
             * Source
             * @description the version that it was based on, or that it repeats
             */
            readonly source: number;
        };
        /**
         * ConfigurationState
         * @description The version that counts, and how the sites stand with it.
         * @example {
         *       "sites": [
         *         {
         *           "at": "2026-11-26T04:00:01.000000Z",
         *           "n": 7,
         *           "nodes": [],
         *           "outcome": "taken",
         *           "reason": "",
         *           "restart": [],
         *           "site": "sh"
         *         }
         *       ],
         *       "version": {
         *         "action": "published",
         *         "at": "2026-11-26T04:00:00.000000Z",
         *         "author": "wang.fang",
         *         "digest": "8c01fc7986b23a1d1b8a4b8e5f2c7d105d41402abc4b2a76b9719d911017c592",
         *         "message": "1005 入职",
         *         "n": 7,
         *         "source": 6
         *       }
         *     }
         */
        readonly ConfigurationState: {
            /**
             * Sites
             * @description what each site said last
             */
            readonly sites: readonly components["schemas"]["SiteStanding"][];
            /** @description none: every machine uses its own topology file */
            readonly version: components["schemas"]["ConfigurationHead"] | null;
        };
        /**
         * ConfigurationVersion
         * @description One version and what it says.
         * @example {
         *       "action": "published",
         *       "at": "2026-11-26T04:00:00.000000Z",
         *       "author": "wang.fang",
         *       "digest": "8c01fc7986b23a1d1b8a4b8e5f2c7d105d41402abc4b2a76b9719d911017c592",
         *       "message": "1005 入职",
         *       "n": 7,
         *       "source": 6,
         *       "topology": {
         *         "hotline": "95500",
         *         "sites": [
         *           {
         *             "host": "127.0.1.1",
         *             "name": "sh",
         *             "nodes": [
         *               {
         *                 "address": "127.0.1.1",
         *                 "name": "sh1"
         *               }
         *             ]
         *           }
         *         ]
         *       }
         *     }
         */
        readonly ConfigurationVersion: {
            /** @description how it came to be */
            readonly action: components["schemas"]["Origin"];
            /**
             * At
             * Format: date-time
             * @description since when it counts
             */
            readonly at: string;
            /**
             * Author
             * @description who did it
             */
            readonly author: string;
            /**
             * Digest
             * @description SHA-256 of the document, hexadecimal
             */
            readonly digest: string;
            /**
             * Message
             * @description why
             */
            readonly message: string;
            /**
             * N
             * @description counts up by one
             */
            readonly n: number;
            /**
             * Source
             * @description the version that it was based on, or that it repeats
             */
            readonly source: number;
            /**
             * Topology
             * @description what a topology file says, without what is the default
             */
            readonly topology: {
                readonly [key: string]: unknown;
            };
        };
        /**
         * ConfigurationVersionList
         * @description What was published.
         * @example {
         *       "items": [
         *         {
         *           "action": "published",
         *           "at": "2026-11-26T04:00:00.000000Z",
         *           "author": "wang.fang",
         *           "digest": "8c01fc7986b23a1d1b8a4b8e5f2c7d105d41402abc4b2a76b9719d911017c592",
         *           "message": "1005 入职",
         *           "n": 7,
         *           "source": 6
         *         }
         *       ]
         *     }
         */
        readonly ConfigurationVersionList: {
            /**
             * Items
             * @description newest first
             */
            readonly items: readonly components["schemas"]["ConfigurationHead"][];
        };
        /**
         * ContactDetail
         * @description The whole story.
         * @example {
         *       "agent": "1001",
         *       "agent_site": "sh",
         *       "arrived_at": "2026-11-23T08:15:02.104512Z",
         *       "called": "95500",
         *       "caller": "13800138000",
         *       "cases": [],
         *       "cause": "served",
         *       "channel": "voice",
         *       "direction": "inbound",
         *       "duration_ms": 218116,
         *       "ended_at": "2026-11-23T08:18:40.221001Z",
         *       "ended_by": "customer",
         *       "facts": [
         *         {
         *           "at": "2026-11-23T08:15:02.104512Z",
         *           "contact": "sh1-1763885702.17",
         *           "data": {
         *             "priority": 5,
         *             "queue": "claims",
         *             "skills": {
         *               "car_claims": 50
         *             }
         *           },
         *           "id": "01JD8Q7M0W3V9K2X4Z6B8N1R5T",
         *           "kind": "queue.entered",
         *           "seq": 41,
         *           "site": "sh",
         *           "v": 1
         *         }
         *       ],
         *       "flow": "main",
         *       "flow_version": "9f2c61d0",
         *       "hold_ms": 0,
         *       "hotline": "95500",
         *       "id": "sh1-1763885702.17",
         *       "language": "zh",
         *       "legs": [],
         *       "node": "sh1",
         *       "nodes": [],
         *       "offers": [],
         *       "queue": "claims",
         *       "queues": [],
         *       "site": "sh",
         *       "talk_ms": 181300,
         *       "waited_ms": 8120,
         *       "wrap_up_code": "claim_reported",
         *       "wrap_ups": []
         *     }
         */
        readonly ContactDetail: {
            /**
             * Agent
             * @description the last agent who talked with the customer
             */
            readonly agent: string | null;
            /**
             * Agent Site
             * @description that agent's site
             */
            readonly agent_site: string | null;
            /**
             * Arrived At
             * @description null while only another site's facts have come in
             */
            readonly arrived_at: string | null;
            /**
             * Called
             * @description the number dialed
             */
            readonly called: string | null;
            /**
             * Caller
             * @description the customer's number; empty if withheld
             */
            readonly caller: string | null;
            /**
             * Cases
             * @description the cases with which something was done in it
             */
            readonly cases: readonly components["schemas"]["CaseView"][];
            /**
             * Cause
             * @description why it ended
             */
            readonly cause: components["schemas"]["EndCause"] | string | null;
            /**
             * Channel
             * @description `voice`
             */
            readonly channel: string | null;
            /**
             * Direction
             * @description `inbound`, or `outbound`: a customer who is called back
             */
            readonly direction?: string | null;
            /**
             * Duration Ms
             * @description from arrival to end, ms
             */
            readonly duration_ms: number | null;
            /**
             * Ended At
             * @description null while it goes on
             */
            readonly ended_at: string | null;
            /**
             * Ended By
             * @description who ended it
             */
            readonly ended_by: components["schemas"]["Party"] | string | null;
            /**
             * Facts
             * @description all facts of the contact from every site, in order
             */
            readonly facts: readonly components["schemas"]["Fact"][];
            /**
             * Flow
             * @description the flow that answered
             */
            readonly flow: string | null;
            /**
             * Flow Version
             * @description its published version
             */
            readonly flow_version: string | null;
            /**
             * Hold Ms
             * @description on hold during conversations, ms
             */
            readonly hold_ms: number | null;
            /**
             * Hotline
             * @description the hotline that was reached
             */
            readonly hotline: string | null;
            /**
             * Id
             * @description the contact's id
             */
            readonly id: string;
            /**
             * Language
             * @description the language of the flow, `zh` or `en`
             */
            readonly language: string | null;
            /**
             * Legs
             * @description the customer's channel, then one per offer
             */
            readonly legs: readonly components["schemas"]["LegView"][];
            /**
             * Node
             * @description the Asterisk node it arrived at
             */
            readonly node: string | null;
            /**
             * Nodes
             * @description the path through the flow
             */
            readonly nodes: readonly components["schemas"]["NodeVisitView"][];
            /**
             * Offers
             * @description the attempts to reach an agent, in order
             */
            readonly offers: readonly components["schemas"]["OfferView"][];
            /**
             * Queue
             * @description the last queue
             */
            readonly queue: string | null;
            /**
             * Queues
             * @description the stays in queues
             */
            readonly queues: readonly components["schemas"]["QueueVisitView"][];
            /**
             * Site
             * @description the site where it arrived
             */
            readonly site: string;
            /**
             * Talk Ms
             * @description conversations in all, ms
             */
            readonly talk_ms: number | null;
            /**
             * Waited Ms
             * @description in queues in all, until answered or left, ms
             */
            readonly waited_ms: number | null;
            /**
             * Wrap Up Code
             * @description the last wrap-up code
             */
            readonly wrap_up_code: string | null;
            /**
             * Wrap Ups
             * @description the work afterwards
             */
            readonly wrap_ups: readonly components["schemas"]["WrapUpView"][];
        };
        /**
         * ContactList
         * @description One page, newest first.
         * @example {
         *       "items": [
         *         {
         *           "agent": "1001",
         *           "agent_site": "sh",
         *           "arrived_at": "2026-11-23T08:15:02.104512Z",
         *           "called": "95500",
         *           "caller": "13800138000",
         *           "cause": "served",
         *           "channel": "voice",
         *           "direction": "inbound",
         *           "duration_ms": 218116,
         *           "ended_at": "2026-11-23T08:18:40.221001Z",
         *           "ended_by": "customer",
         *           "hold_ms": 0,
         *           "hotline": "95500",
         *           "id": "sh1-1763885702.17",
         *           "language": "zh",
         *           "queue": "claims",
         *           "site": "sh",
         *           "talk_ms": 181300,
         *           "waited_ms": 8120,
         *           "wrap_up_code": "claim_reported"
         *         }
         *       ],
         *       "next_cursor": "MjAyNi0xMS0yM1QwODoxNTowMi4xMDQ1MTIrMDA6MDAgc2gxLTE3"
         *     }
         */
        readonly ContactList: {
            /**
             * Items
             * @description contacts, newest arrival first
             */
            readonly items: readonly components["schemas"]["ContactSummary"][];
            /**
             * Next Cursor
             * @description send it as `cursor` for the next page; null on the last one
             */
            readonly next_cursor: string | null;
        };
        /**
         * ContactState
         * @description Where a contact is.
         * @enum {string}
         */
        readonly ContactState: "in_flow" | "waiting" | "talking" | "ended";
        /**
         * ContactSummary
         * @description One line of the list. What has not happened (yet) is null.
         * @example {
         *       "agent": "1001",
         *       "agent_site": "sh",
         *       "arrived_at": "2026-11-23T08:15:02.104512Z",
         *       "called": "95500",
         *       "caller": "13800138000",
         *       "cause": "served",
         *       "channel": "voice",
         *       "direction": "inbound",
         *       "duration_ms": 218116,
         *       "ended_at": "2026-11-23T08:18:40.221001Z",
         *       "ended_by": "customer",
         *       "hold_ms": 0,
         *       "hotline": "95500",
         *       "id": "sh1-1763885702.17",
         *       "language": "zh",
         *       "queue": "claims",
         *       "site": "sh",
         *       "talk_ms": 181300,
         *       "waited_ms": 8120,
         *       "wrap_up_code": "claim_reported"
         *     }
         */
        readonly ContactSummary: {
            /**
             * Agent
             * @description the last agent who talked with the customer
             */
            readonly agent: string | null;
            /**
             * Agent Site
             * @description that agent's site
             */
            readonly agent_site: string | null;
            /**
             * Arrived At
             * @description null while only another site's facts have come in
             */
            readonly arrived_at: string | null;
            /**
             * Called
             * @description the number dialed
             */
            readonly called: string | null;
            /**
             * Caller
             * @description the customer's number; empty if withheld
             */
            readonly caller: string | null;
            /**
             * Cause
             * @description why it ended
             */
            readonly cause: components["schemas"]["EndCause"] | string | null;
            /**
             * Channel
             * @description `voice`
             */
            readonly channel: string | null;
            /**
             * Direction
             * @description `inbound`, or `outbound`: a customer who is called back
             */
            readonly direction?: string | null;
            /**
             * Duration Ms
             * @description from arrival to end, ms
             */
            readonly duration_ms: number | null;
            /**
             * Ended At
             * @description null while it goes on
             */
            readonly ended_at: string | null;
            /**
             * Ended By
             * @description who ended it
             */
            readonly ended_by: components["schemas"]["Party"] | string | null;
            /**
             * Hold Ms
             * @description on hold during conversations, ms
             */
            readonly hold_ms: number | null;
            /**
             * Hotline
             * @description the hotline that was reached
             */
            readonly hotline: string | null;
            /**
             * Id
             * @description the contact's id
             */
            readonly id: string;
            /**
             * Language
             * @description the language of the flow, `zh` or `en`
             */
            readonly language: string | null;
            /**
             * Queue
             * @description the last queue
             */
            readonly queue: string | null;
            /**
             * Site
             * @description the site where it arrived
             */
            readonly site: string;
            /**
             * Talk Ms
             * @description conversations in all, ms
             */
            readonly talk_ms: number | null;
            /**
             * Waited Ms
             * @description in queues in all, until answered or left, ms
             */
            readonly waited_ms: number | null;
            /**
             * Wrap Up Code
             * @description the last wrap-up code
             */
            readonly wrap_up_code: string | null;
        };
        /**
         * Customer
         * @description Who is calling.
         * @example {
         *       "fields": {
         *         "city": "上海",
         *         "since": "2012"
         *       },
         *       "grade": "gold",
         *       "id": "C1001",
         *       "name": "张三丰",
         *       "notes": "偏好普通话；车险续保中",
         *       "number": "13800138000",
         *       "policies": [
         *         "80012345678"
         *       ]
         *     }
         */
        readonly Customer: {
            /**
             * Fields
             * @description further fields for the agent's screen
             */
            readonly fields: {
                readonly [key: string]: string;
            };
            /**
             * Grade
             * @description how the company ranks the customer: `standard`, `silver`, `gold`
             */
            readonly grade: string;
            /**
             * Id
             * @description the customer's id
             */
            readonly id: string;
            /**
             * Last Agent
             * @description the agent who talked last with this number
             */
            readonly last_agent?: string | null;
            /**
             * Name
             * @description the customer's name
             */
            readonly name: string;
            /**
             * Notes
             * @description what an agent should know
             */
            readonly notes: string;
            /**
             * Number
             * @description the telephone number, as dialed within the country
             */
            readonly number: string;
            /**
             * Policies
             * @description numbers of the customer's policies
             * @default []
             */
            readonly policies: readonly string[];
        };
        /**
         * Dimension
         * @description By what figures can be told apart, besides time.
         * @enum {string}
         */
        readonly Dimension: "queue" | "site" | "agent" | "flow" | "reason";
        /**
         * EndCause
         * @description Why a contact ended.
         * @enum {string}
         */
        readonly EndCause: "served" | "contained" | "transferred" | "left_flow" | "abandoned" | "unserved" | "failed" | "lost";
        /**
         * ErrorBody
         * @description What every 4xx and 5xx answer holds.
         * @example {
         *       "code": "contact.unknown",
         *       "mend": {
         *         "en": "Check the id.",
         *         "zh": "请检查编号。"
         *       },
         *       "what": {
         *         "en": "There is no such contact.",
         *         "zh": "没有该联络。"
         *       },
         *       "where": "01JD8Q7M0W3V9K2X4Z6B8N1R5T"
         *     }
         */
        readonly ErrorBody: {
            /**
             * Code
             * @description stable; what programs look at
             */
            readonly code: string;
            /** @description how to mend it */
            readonly mend: components["schemas"]["Sentence"];
            /** @description what is wrong */
            readonly what: components["schemas"]["Sentence"];
            /**
             * Where
             * @description the parameter, path or part that is wrong
             */
            readonly where: string;
        };
        /**
         * Every
         * @description How long the intervals are.
         * @enum {string}
         */
        readonly Every: "15min" | "hour" | "day" | "total";
        /**
         * Fact
         * @description One thing that happened at one site. `(site, seq)` is the idempotency key: gapless per site, from 1.
         */
        readonly Fact: {
            /**
             * At
             * Format: date-time
             * @description UTC, microseconds
             */
            readonly at: string;
            /**
             * Contact
             * @description the contact it belongs to, if any
             * @default null
             */
            readonly contact: string | null;
            /** Data */
            readonly data?: {
                readonly [key: string]: unknown;
            };
            /**
             * Id
             * @description ULID
             */
            readonly id: string;
            /** Kind */
            readonly kind: string;
            /** Seq */
            readonly seq: number;
            /** Site */
            readonly site: string;
            /**
             * V
             * @description version of the kind's data
             * @default 1
             */
            readonly v: number;
        };
        /**
         * FactBatch
         * @description Facts of one site, best in order of `seq`.
         * @example {
         *       "facts": [
         *         {
         *           "at": "2026-11-23T08:15:02.104512Z",
         *           "contact": "sh1-1763885702.17",
         *           "data": {
         *             "priority": 5,
         *             "queue": "claims",
         *             "skills": {
         *               "car_claims": 50
         *             }
         *           },
         *           "id": "01JD8Q7M0W3V9K2X4Z6B8N1R5T",
         *           "kind": "queue.entered",
         *           "seq": 41,
         *           "site": "sh",
         *           "v": 1
         *         }
         *       ],
         *       "site": "sh"
         *     }
         */
        readonly FactBatch: {
            /**
             * Facts
             * @description up to 1000 facts. Each is checked by itself: one that cannot be understood is set aside and does not hold up the others
             */
            readonly facts: readonly components["schemas"]["Fact"][];
            /**
             * Lost
             * @description what the site has lost for good, as pairs of the first and the last `seq`: kept for people to see, and counted as arrived, so that nothing waits for it
             * @default []
             */
            readonly lost: readonly (readonly [
                number,
                number
            ])[];
            /**
             * Site
             * @description the site that wrote them
             */
            readonly site: string;
        };
        /**
         * FlowStats
         * @description Figures of one hotline's flow.
         * @example {
         *       "hotline": "95500",
         *       "versions": [
         *         {
         *           "contacts": 100,
         *           "contained": 41,
         *           "flow": "main",
         *           "nodes": [
         *             {
         *               "contacts": 100,
         *               "contained": 41,
         *               "exits": {
         *                 "1": 60,
         *                 "2": 20,
         *                 "failed": 5,
         *                 "hung_up": 15,
         *                 "invalid": 20,
         *                 "silence": 10
         *               },
         *               "kind": "menu",
         *               "median_ms": 4200,
         *               "node": "main_menu",
         *               "p90_ms": 9100,
         *               "title_en": "Main menu",
         *               "title_zh": "主菜单",
         *               "visits": 130
         *             }
         *           ],
         *           "version": "3f9c2a61d07b"
         *         }
         *       ]
         *     }
         */
        readonly FlowStats: {
            /**
             * Hotline
             * @description the number callers dial
             */
            readonly hotline: string;
            /**
             * Since
             * @description contacts that arrived at or after
             */
            readonly since?: string | null;
            /**
             * Until
             * @description contacts that arrived before
             */
            readonly until?: string | null;
            /**
             * Versions
             * @description those with most contacts first
             */
            readonly versions: readonly components["schemas"]["VersionStats"][];
        };
        /**
         * Format
         * @description What the answer is.
         * @enum {string}
         */
        readonly Format: "json" | "csv" | "xlsx";
        /**
         * Health
         * @description The process lives.
         */
        readonly Health: {
            /**
             * Status
             * @description always `ok`
             * @default ok
             * @example ok
             * @constant
             */
            readonly status: "ok";
        };
        /**
         * LegView
         * @description One channel: the customer's, or an agent's who was offered the contact.
         */
        readonly LegView: {
            /**
             * Agent
             * @description the agent
             */
            readonly agent: string | null;
            /**
             * Agent Site
             * @description the agent's site
             */
            readonly agent_site: string | null;
            /**
             * Answered At
             * @description picked up
             */
            readonly answered_at: string | null;
            /**
             * Ended At
             * @description hung up, or the offer ended
             */
            readonly ended_at: string | null;
            /**
             * Ended By
             * @description who ended it
             */
            readonly ended_by: components["schemas"]["Party"] | string | null;
            /**
             * Hold Ms
             * @description of it on hold, ms
             */
            readonly hold_ms: number | null;
            /**
             * Leg
             * @description `customer`, or the offer's id
             */
            readonly leg: string;
            /**
             * Outcome
             * @description how the offer ended; null for the customer
             */
            readonly outcome: components["schemas"]["OfferOutcome"] | string | null;
            /**
             * Party
             * @description whose channel
             */
            readonly party: components["schemas"]["Party"] | string;
            /**
             * Queue
             * @description the queue the offer came from
             */
            readonly queue: string | null;
            /**
             * Ring Ms
             * @description how long it rang, ms
             */
            readonly ring_ms: number | null;
            /**
             * Started At
             * @description arrived, or offered
             */
            readonly started_at: string | null;
            /**
             * Talk Ms
             * @description the conversation, ms
             */
            readonly talk_ms: number | null;
            /**
             * Waited Ms
             * @description how long the customer had waited when the offer was made, ms
             */
            readonly waited_ms: number | null;
        };
        /**
         * LiveAgent
         * @description An agent's status or state has changed.
         * @example {
         *       "agent": "1001",
         *       "at": "2026-11-23T08:15:02.104512Z",
         *       "reason": "lunch",
         *       "seq": 42,
         *       "site": "sh",
         *       "state": null,
         *       "status": "break"
         *     }
         */
        readonly LiveAgent: {
            /**
             * Agent
             * @description the agent's number
             */
            readonly agent: string;
            /**
             * At
             * Format: date-time
             * @description when
             */
            readonly at: string;
            /**
             * Reason
             * @description the reason that was given with the status
             */
            readonly reason: string | null;
            /**
             * Seq
             * @description the `seq` of the fact
             */
            readonly seq: number;
            /**
             * Site
             * @description the agent's site
             */
            readonly site: string;
            /**
             * State
             * @description the new state; null if only the status has changed
             */
            readonly state: string | null;
            /**
             * Status
             * @description the new status; null if only the state has changed
             */
            readonly status: string | null;
        };
        /**
         * LiveContact
         * @description A contact is new, has changed, or has ended. This is how it is now; steps between may have been passed over.
         * @example {
         *       "agent": null,
         *       "agent_site": null,
         *       "arrived_at": "2026-11-23T08:15:02.104512Z",
         *       "change": "changed",
         *       "contact": "sh1-1763885702.17",
         *       "ended_at": null,
         *       "queue": "claims",
         *       "seq": {
         *         "sh": 41
         *       },
         *       "site": "sh",
         *       "state": "waiting"
         *     }
         */
        readonly LiveContact: {
            /**
             * Agent
             * @description the last agent who talked with the customer
             */
            readonly agent: string | null;
            /**
             * Agent Site
             * @description that agent's site
             */
            readonly agent_site: string | null;
            /**
             * Arrived At
             * @description null while only another site's facts have come in
             */
            readonly arrived_at: string | null;
            /**
             * Change
             * @description what is new about it
             * @enum {string}
             */
            readonly change: "arrived" | "changed" | "ended";
            /**
             * Contact
             * @description the contact's id
             */
            readonly contact: string;
            /**
             * Ended At
             * @description null while it goes on
             */
            readonly ended_at: string | null;
            /**
             * Queue
             * @description the last queue
             */
            readonly queue: string | null;
            /**
             * Seq
             * @description site → the `seq` of its newest fact about this contact
             */
            readonly seq: {
                readonly [key: string]: number;
            };
            /**
             * Site
             * @description the site where it arrived
             */
            readonly site: string;
            /** @description where it is now */
            readonly state: components["schemas"]["ContactState"];
        };
        /**
         * LiveEnd
         * @description The last event. Connect again with `Last-Event-ID`.
         * @example {
         *       "reason": "slow"
         *     }
         */
        readonly LiveEnd: {
            /**
             * Reason
             * @description `slow`: you read too slowly; `stopping`: this replica is being stopped
             * @enum {string}
             */
            readonly reason: "slow" | "stopping";
        };
        /**
         * LiveHello
         * @description The first event: from here on nothing is missed. What was read before it may be old: read it again.
         * @example {
         *       "heartbeat_seconds": 15,
         *       "resumed": false,
         *       "sites": {
         *         "bj": 17,
         *         "sh": 41
         *       },
         *       "stale": false
         *     }
         */
        readonly LiveHello: {
            /**
             * Heartbeat Seconds
             * @description at least so often something arrives; after twice that, connect again
             */
            readonly heartbeat_seconds: number;
            /**
             * Resumed
             * @description whether what changed since `Last-Event-ID` follows
             */
            readonly resumed: boolean;
            /**
             * Sites
             * @description site → the `seq` up to which all of its facts are stored
             */
            readonly sites: {
                readonly [key: string]: number;
            };
            /**
             * Stale
             * @description whether news may be late now: this replica does not hear the database
             */
            readonly stale: boolean;
        };
        /**
         * LiveResync
         * @description More has changed at these sites than is worth telling one by one: read again what you show of them.
         * @example {
         *       "sites": [
         *         "sh"
         *       ]
         *     }
         */
        readonly LiveResync: {
            /**
             * Sites
             * @description the sites
             */
            readonly sites: readonly string[];
        };
        /**
         * LiveSite
         * @description More of a site's facts have come in.
         * @example {
         *       "acknowledged": 42,
         *       "at": "2026-11-23T08:15:02.104512Z",
         *       "site": "sh"
         *     }
         */
        readonly LiveSite: {
            /**
             * Acknowledged
             * @description the `seq` up to which all of its facts are stored
             */
            readonly acknowledged: number;
            /**
             * At
             * @description when the newest of these facts happened; null if none was read
             */
            readonly at: string | null;
            /**
             * Site
             * @description the site
             */
            readonly site: string;
        };
        /**
         * LiveStale
         * @description Whether news may be late: the database is away. What was missed is told before `stale` is false again.
         * @example {
         *       "stale": true
         *     }
         */
        readonly LiveStale: {
            /**
             * Stale
             * @description true from now on, or no longer
             */
            readonly stale: boolean;
        };
        /**
         * MeasureRow
         * @description The figures of one interval and one group. A dimension that was not asked for is null.
         */
        readonly MeasureRow: {
            /**
             * Agent
             * @description the agent
             */
            readonly agent?: string | null;
            /**
             * End
             * Format: date-time
             * @description where it ends; the last at `until`
             */
            readonly end: string;
            /**
             * Flow
             * @description the flow; null also where no flow answered
             */
            readonly flow?: string | null;
            /**
             * Queue
             * @description the queue
             */
            readonly queue?: string | null;
            /**
             * Reason
             * @description why the agent took no contacts
             */
            readonly reason?: string | null;
            /**
             * Site
             * @description the site
             */
            readonly site?: string | null;
            /**
             * Start
             * Format: date-time
             * @description where the interval begins, with the zone's offset; the first at `since`
             */
            readonly start: string;
            /**
             * Values
             * @description measure → number; null where there is nothing to divide by
             */
            readonly values: {
                readonly [key: string]: number | null;
            };
        };
        /**
         * MeasureTable
         * @description Figures by interval and group. Intervals in which nothing was counted are left out.
         * @example {
         *       "group_by": [
         *         "queue"
         *       ],
         *       "interval": "15min",
         *       "measures": [
         *         {
         *           "formula_en": "waits that did not go on elsewhere",
         *           "formula_zh": "排队次数（转回呼或返回原队列的不重复计）",
         *           "id": "offered",
         *           "name_en": "offered",
         *           "name_zh": "进入排队",
         *           "unit": "count"
         *         },
         *         {
         *           "formula_en": "offered, connected to an agent",
         *           "formula_zh": "进入排队并接通坐席",
         *           "id": "answered",
         *           "name_en": "answered",
         *           "name_zh": "接通",
         *           "unit": "count"
         *         },
         *         {
         *           "formula_en": "answered ≤ T / (offered − short abandons)",
         *           "formula_zh": "T 内接通 / (进入排队 − 短时放弃)",
         *           "id": "service_level",
         *           "name_en": "service level",
         *           "name_zh": "服务水平",
         *           "unit": "share"
         *         },
         *         {
         *           "formula_en": "wait of answered (queue + ring) / answered",
         *           "formula_zh": "接通者的等待（排队 + 振铃） / 接通",
         *           "id": "asa_ms",
         *           "name_en": "ASA",
         *           "name_zh": "平均应答速度",
         *           "unit": "ms"
         *         }
         *       ],
         *       "rows": [
         *         {
         *           "end": "2026-11-23T09:15:00+08:00",
         *           "queue": "claims",
         *           "start": "2026-11-23T09:00:00+08:00",
         *           "values": {
         *             "answered": 108,
         *             "asa_ms": 9120,
         *             "offered": 120,
         *             "service_level": 0.8534
         *           }
         *         }
         *       ],
         *       "short_seconds": 5,
         *       "since": "2026-11-23T00:00:00+08:00",
         *       "totals": {
         *         "answered": 108,
         *         "asa_ms": 9120,
         *         "offered": 120,
         *         "service_level": 0.8534
         *       },
         *       "until": "2026-11-24T00:00:00+08:00",
         *       "within_seconds": 20,
         *       "zone": "Asia/Shanghai"
         *     }
         */
        readonly MeasureTable: {
            /**
             * Group By
             * @description the dimensions that rows are told apart by
             */
            readonly group_by: readonly components["schemas"]["Dimension"][];
            /** @description how long the intervals are */
            readonly interval: components["schemas"]["Every"];
            /**
             * Measures
             * @description what is told, in order, with formulas
             */
            readonly measures: readonly components["schemas"]["MeasureView"][];
            /**
             * Rows
             * @description by time, then by group
             */
            readonly rows: readonly components["schemas"]["MeasureRow"][];
            /**
             * Short Seconds
             * @description who leaves before this is a short abandon
             */
            readonly short_seconds: number;
            /**
             * Since
             * Format: date-time
             * @description counted from here on
             */
            readonly since: string;
            /**
             * Totals
             * @description measure → number over all rows, computed from the sums of what was counted
             */
            readonly totals: {
                readonly [key: string]: number | null;
            };
            /**
             * Until
             * Format: date-time
             * @description counted before this
             */
            readonly until: string;
            /**
             * Within Seconds
             * @description T of the service levels
             */
            readonly within_seconds: number;
            /**
             * Zone
             * @description the time zone of days and of the offsets shown
             */
            readonly zone: string;
        };
        /**
         * MeasureView
         * @description One measure, with its formula.
         */
        readonly MeasureView: {
            /**
             * Formula En
             * @description how it is computed, in English; T is `within_seconds`
             */
            readonly formula_en: string;
            /**
             * Formula Zh
             * @description how it is computed, in Chinese; T is `within_seconds`
             */
            readonly formula_zh: string;
            /**
             * Id
             * @description what programs call it
             */
            readonly id: string;
            /**
             * Name En
             * @description in English
             */
            readonly name_en: string;
            /**
             * Name Zh
             * @description in Chinese
             */
            readonly name_zh: string;
            /** @description `count`, `ms`, `share` (0 to 1) or `score` (1 to 5) */
            readonly unit: components["schemas"]["Unit"];
        };
        /**
         * Missing
         * @description One thing without which a call would not be answered, or not be recorded in time.
         */
        readonly Missing: {
            /**
             * Name
             * @description which one
             * @example bj
             */
            readonly name: string;
            /**
             * Reason
             * @description `timeout`, `unreachable`, `no_answer`, `status_503`, `starting`
             * @example unreachable
             */
            readonly reason: string;
            /**
             * What
             * @description what kind of thing
             * @example site
             * @enum {string}
             */
            readonly what: "database" | "site";
        };
        /**
         * NodeStats
         * @description One node. Each question of a menu is a visit of its own; a contact counts once.
         */
        readonly NodeStats: {
            /**
             * Contacts
             * @description how many contacts came by
             */
            readonly contacts: number;
            /**
             * Contained
             * @description how many of those were served by the flow alone
             */
            readonly contained: number;
            /**
             * Exits
             * @description outcome → visits; `silence` is a time-out, `invalid` a wrong key, `hung_up` a caller who left
             */
            readonly exits: {
                readonly [key: string]: number;
            };
            /**
             * Kind
             * @description menu, collect, play …
             */
            readonly kind: string;
            /**
             * Median Ms
             * @description half of the visits took at most this, in ms
             */
            readonly median_ms: number;
            /**
             * Node
             * @description its name in the flow
             */
            readonly node: string;
            /**
             * P90 Ms
             * @description nine of ten visits took at most this, in ms
             */
            readonly p90_ms: number;
            /**
             * Title En
             * @description what people call it, in English
             */
            readonly title_en: string;
            /**
             * Title Zh
             * @description what people call it, in Chinese
             */
            readonly title_zh: string;
            /**
             * Visits
             * @description how often it was left
             */
            readonly visits: number;
        };
        /**
         * NodeVisitView
         * @description One stay at one node of the flow, in order.
         */
        readonly NodeVisitView: {
            /**
             * Flow
             * @description the flow
             */
            readonly flow: string;
            /**
             * Input
             * @description what was pressed; masked if secret
             */
            readonly input: string | null;
            /**
             * Left At
             * Format: date-time
             * @description when it was left
             */
            readonly left_at: string;
            /**
             * Ms
             * @description how long the stay was, ms
             */
            readonly ms: number;
            /**
             * Node
             * @description the node's id in the flow
             */
            readonly node: string;
            /**
             * Node Kind
             * @description `menu`, `collect`, …
             */
            readonly node_kind: string;
            /**
             * Outcome
             * @description the exit taken
             */
            readonly outcome: string;
            /** @description the node's title, if the flow is known here */
            readonly title?: components["schemas"]["Title"] | null;
            /**
             * Version
             * @description its published version
             */
            readonly version: string;
        };
        /**
         * NotReady
         * @description Why not.
         * @example {
         *       "code": "contact.unknown",
         *       "mend": {
         *         "en": "Check the id.",
         *         "zh": "请检查编号。"
         *       },
         *       "what": {
         *         "en": "There is no such contact.",
         *         "zh": "没有该联络。"
         *       },
         *       "where": "01JD8Q7M0W3V9K2X4Z6B8N1R5T"
         *     }
         */
        readonly NotReady: {
            /**
             * Code
             * @description stable; what programs look at
             */
            readonly code: string;
            /** @description how to mend it */
            readonly mend: components["schemas"]["Sentence"];
            /**
             * Missing
             * @description what is missing
             */
            readonly missing: readonly components["schemas"]["Missing"][];
            /** @description what is wrong */
            readonly what: components["schemas"]["Sentence"];
            /**
             * Where
             * @description the parameter, path or part that is wrong
             */
            readonly where: string;
        };
        /**
         * OfferOutcome
         * @description How an offer ended.
         * @enum {string}
         */
        readonly OfferOutcome: "answered" | "rona" | "declined" | "failed" | "caller_gone" | "taken";
        /**
         * OfferView
         * @description One attempt to bring the contact to an agent.
         */
        readonly OfferView: {
            /**
             * Agent
             * @description the agent
             */
            readonly agent: string | null;
            /**
             * Agent Site
             * @description the agent's site
             */
            readonly agent_site: string | null;
            /**
             * Made At
             * @description when it was made
             */
            readonly made_at: string | null;
            /**
             * Offer
             * @description the offer's id
             */
            readonly offer: string;
            /**
             * Outcome
             * @description how it ended; null while it goes on
             */
            readonly outcome: components["schemas"]["OfferOutcome"] | string | null;
            /**
             * Queue
             * @description the queue it came from
             */
            readonly queue: string | null;
            /**
             * Ring Ms
             * @description how long it rang, ms
             */
            readonly ring_ms: number | null;
            /**
             * Waited Ms
             * @description how long the customer had waited when it was made, ms
             */
            readonly waited_ms: number | null;
        };
        /**
         * Origin
         * @description Where a version came from.
         * @enum {string}
         */
        readonly Origin: "published" | "rolled_back";
        /**
         * Party
         * @description Who did it.
         * @enum {string}
         */
        readonly Party: "customer" | "agent" | "system";
        /**
         * Policy
         * @description One insurance policy.
         * @example {
         *       "expires_on": "2027-03-31",
         *       "holder": "张三丰",
         *       "number": "80012345678",
         *       "product": "机动车商业保险",
         *       "status": "in_force"
         *     }
         */
        readonly Policy: {
            /**
             * Expires On
             * Format: date
             * @description the last day of its term
             */
            readonly expires_on: string;
            /**
             * Holder
             * @description the customer's name
             */
            readonly holder: string;
            /**
             * Number
             * @description 8 to 12 digits
             */
            readonly number: string;
            /**
             * Product
             * @description what it insures
             */
            readonly product: string;
            /** @description where it stands */
            readonly status: components["schemas"]["PolicyStatus"];
        };
        /**
         * PolicyStatus
         * @description Where a policy stands.
         * @enum {string}
         */
        readonly PolicyStatus: "in_force" | "lapsed" | "expired" | "cancelled";
        /**
         * Publication
         * @description A whole configuration, and the version that its author had before them.
         */
        readonly Publication: {
            /**
             * Author
             * @description who did it
             * @example wang.fang
             */
            readonly author: string;
            /**
             * Based On
             * @description the version that it was made from; 0 if nothing was published yet
             * @example 6
             */
            readonly based_on: number;
            /**
             * Message
             * @description why
             * @example 新增台风公告
             */
            readonly message: string;
            /**
             * Topology
             * @description what a topology file says, by the same names
             * @example {
             *       "hotline": "95500",
             *       "sites": [
             *         {
             *           "host": "127.0.1.1",
             *           "name": "sh",
             *           "nodes": [
             *             {
             *               "address": "127.0.1.1",
             *               "name": "sh1"
             *             }
             *           ]
             *         }
             *       ]
             *     }
             */
            readonly topology: {
                readonly [key: string]: unknown;
            };
        };
        /**
         * PublishedVersion
         * @description One version. It never changes.
         * @example {
         *       "author": "wang.fang",
         *       "digest": "5d41402abc4b2a76b9719d911017c592ae3f1f0b6f6b3a1d1b8a4b8e5f2c7d10",
         *       "flow": "main",
         *       "hotline": "95500",
         *       "message": "新增台风公告",
         *       "published_at": "2026-11-24T03:59:58.000000Z",
         *       "version": "3f9c2a61d07b"
         *     }
         */
        readonly PublishedVersion: {
            /**
             * Author
             * @description who published it
             */
            readonly author: string;
            /**
             * Digest
             * @description SHA-256 of the bundle, hexadecimal
             */
            readonly digest: string;
            /**
             * Flow
             * @description the flow's name in facts
             */
            readonly flow: string;
            /**
             * Hotline
             * @description the number callers dial
             */
            readonly hotline: string;
            /**
             * Message
             * @description why
             */
            readonly message: string;
            /**
             * Published At
             * Format: date-time
             * @description when
             */
            readonly published_at: string;
            /**
             * Version
             * @description digest of all files of a hotline
             * @example 3f9c2a61d07b
             */
            readonly version: string;
        };
        /**
         * QueueOutcome
         * @description How a contact left a queue.
         * @enum {string}
         */
        readonly QueueOutcome: "answered" | "abandoned" | "timeout" | "overflowed" | "callback" | "full" | "closed" | "key";
        /**
         * QueueVisitView
         * @description One stay in one queue, in order.
         */
        readonly QueueVisitView: {
            /**
             * Entered At
             * @description when it was entered
             */
            readonly entered_at: string | null;
            /**
             * Left At
             * @description null while waiting
             */
            readonly left_at: string | null;
            /**
             * Outcome
             * @description how it was left
             */
            readonly outcome: components["schemas"]["QueueOutcome"] | string | null;
            /**
             * Priority
             * @description higher goes first
             */
            readonly priority: number | null;
            /**
             * Queue
             * @description the queue
             */
            readonly queue: string;
            /**
             * Skills
             * @description skill → least level wanted
             */
            readonly skills: {
                readonly [key: string]: number;
            } | null;
            /**
             * Waited Ms
             * @description the wait, ms
             */
            readonly waited_ms: number | null;
        };
        /**
         * Readiness
         * @description A call to the hotline would be answered at every site.
         */
        readonly Readiness: {
            /**
             * Ready
             * @description always true in a 200
             * @default true
             * @example true
             * @constant
             */
            readonly ready: true;
        };
        /**
         * Release
         * @description What callers meet since `at`.
         * @example {
         *       "action": "activated",
         *       "at": "2026-11-24T04:00:00.000000Z",
         *       "author": "wang.fang",
         *       "digests": {
         *         "3f9c2a61d07b": "5d41402abc4b2a76b9719d911017c592ae3f1f0b6f6b3a1d1b8a4b8e5f2c7d10"
         *       },
         *       "hotline": "95500",
         *       "message": "新增台风公告",
         *       "n": 7,
         *       "version": "3f9c2a61d07b"
         *     }
         */
        readonly Release: {
            /** @description what this release did */
            readonly action: components["schemas"]["Action"];
            /**
             * At
             * Format: date-time
             * @description since when
             */
            readonly at: string;
            /**
             * Author
             * @description who did it; `canary` when it returned by itself
             */
            readonly author: string;
            /** @description what some callers meet instead */
            readonly canary?: components["schemas"]["Canary"] | null;
            /**
             * Digests
             * @description version → SHA-256 of its bundle
             * @default {}
             */
            readonly digests: {
                readonly [key: string]: string;
            };
            /**
             * Hotline
             * @description the number callers dial
             */
            readonly hotline: string;
            /**
             * Message
             * @description why
             */
            readonly message: string;
            /**
             * N
             * @description counts up by one with every release
             */
            readonly n: number;
            /**
             * Version
             * @description digest of all files of a hotline
             * @example 3f9c2a61d07b
             */
            readonly version: string;
        };
        /**
         * ReleaseList
         * @description What callers met.
         * @example {
         *       "items": [
         *         {
         *           "action": "activated",
         *           "at": "2026-11-24T04:00:00.000000Z",
         *           "author": "wang.fang",
         *           "digests": {
         *             "3f9c2a61d07b": "5d41402abc4b2a76b9719d911017c592ae3f1f0b6f6b3a1d1b8a4b8e5f2c7d10"
         *           },
         *           "hotline": "95500",
         *           "message": "新增台风公告",
         *           "n": 7,
         *           "version": "3f9c2a61d07b"
         *         }
         *       ]
         *     }
         */
        readonly ReleaseList: {
            /**
             * Items
             * @description newest first
             */
            readonly items: readonly components["schemas"]["Release"][];
        };
        /**
         * ReleaseState
         * @description The release that counts, and the sites' answers to it and to earlier ones.
         * @example {
         *       "release": {
         *         "action": "activated",
         *         "at": "2026-11-24T04:00:00.000000Z",
         *         "author": "wang.fang",
         *         "digests": {
         *           "3f9c2a61d07b": "5d41402abc4b2a76b9719d911017c592ae3f1f0b6f6b3a1d1b8a4b8e5f2c7d10"
         *         },
         *         "hotline": "95500",
         *         "message": "新增台风公告",
         *         "n": 7,
         *         "version": "3f9c2a61d07b"
         *       },
         *       "sites": [
         *         {
         *           "at": "2026-11-24T04:00:01.000000Z",
         *           "n": 7,
         *           "outcome": "taken",
         *           "reason": "",
         *           "site": "sh"
         *         }
         *       ]
         *     }
         */
        readonly ReleaseState: {
            /** @description none: sites use the files they were installed with */
            readonly release: components["schemas"]["Release"] | null;
            /**
             * Sites
             * @description what each site made of its last release
             */
            readonly sites: readonly components["schemas"]["SiteAcknowledgement"][];
        };
        /**
         * Return
         * @description Makes an earlier version count again, as a new one.
         */
        readonly Return: {
            /**
             * Author
             * @description who did it
             * @example wang.fang
             */
            readonly author: string;
            /**
             * Message
             * @description why
             * @example 新增台风公告
             */
            readonly message: string;
            /**
             * N
             * @description the version to go back to
             * @example 5
             */
            readonly n: number;
        };
        /**
         * Rollback
         * @description Ends a canary if there is one, else goes back to the version before.
         */
        readonly Rollback: {
            /**
             * Author
             * @description who did it
             * @example wang.fang
             */
            readonly author: string;
            /**
             * Message
             * @description why
             * @example 新增台风公告
             */
            readonly message: string;
        };
        /**
         * Schedule
         * @description Who is to do what, and who said so.
         * @example {
         *       "items": [
         *         {
         *           "activity": "work",
         *           "agent": "1001",
         *           "end": "2026-11-23T12:00:00+08:00",
         *           "publication": 12,
         *           "site": "sh",
         *           "start": "2026-11-23T09:00:00+08:00"
         *         }
         *       ],
         *       "publications": [
         *         {
         *           "agents": 212,
         *           "at": "2026-11-20T09:12:44.000000Z",
         *           "author": "wang.fang",
         *           "lines": 5190,
         *           "message": "第 48 周班表",
         *           "n": 12,
         *           "replaced": 5204,
         *           "since": "2026-11-22T16:00:00.000000Z",
         *           "until": "2026-11-29T16:00:00.000000Z"
         *         }
         *       ],
         *       "since": "2026-11-23T00:00:00+08:00",
         *       "until": "2026-11-24T00:00:00+08:00",
         *       "zone": "Asia/Shanghai"
         *     }
         */
        readonly Schedule: {
            /**
             * Items
             * @description by agent, then by time
             */
            readonly items: readonly components["schemas"]["ScheduleLineView"][];
            /**
             * Publications
             * @description those that the lines come from, newest first
             */
            readonly publications: readonly components["schemas"]["SchedulePublication"][];
            /**
             * Since
             * Format: date-time
             * @description lines that start from here on
             */
            readonly since: string;
            /**
             * Until
             * Format: date-time
             * @description lines that start before this
             */
            readonly until: string;
            /**
             * Zone
             * @description the time zone of the offsets shown
             */
            readonly zone: string;
        };
        /**
         * ScheduleFormat
         * @description What the answer is.
         * @enum {string}
         */
        readonly ScheduleFormat: "json" | "csv";
        /**
         * ScheduleLineView
         * @description What one agent is to do for a time.
         * @example {
         *       "activity": "work",
         *       "agent": "1001",
         *       "end": "2026-11-23T12:00:00+08:00",
         *       "publication": 12,
         *       "site": "sh",
         *       "start": "2026-11-23T09:00:00+08:00"
         *     }
         */
        readonly ScheduleLineView: {
            /** @description what the agent is to do */
            readonly activity: components["schemas"]["Activity"];
            /**
             * Agent
             * @description the agent's number
             */
            readonly agent: string;
            /**
             * End
             * Format: date-time
             * @description until when
             */
            readonly end: string;
            /**
             * Publication
             * @description `n` of the publication that it comes from
             */
            readonly publication: number;
            /**
             * Site
             * @description where the agent was configured when it was published
             */
            readonly site: string;
            /**
             * Start
             * Format: date-time
             * @description from when, by the zone's clock
             */
            readonly start: string;
        };
        /**
         * SchedulePublication
         * @description One file that was published. It never changes; its lines stand until a later one replaces them.
         * @example {
         *       "agents": 212,
         *       "at": "2026-11-20T09:12:44.000000Z",
         *       "author": "wang.fang",
         *       "lines": 5190,
         *       "message": "第 48 周班表",
         *       "n": 12,
         *       "replaced": 5204,
         *       "since": "2026-11-22T16:00:00.000000Z",
         *       "until": "2026-11-29T16:00:00.000000Z"
         *     }
         */
        readonly SchedulePublication: {
            /**
             * Agents
             * @description of how many agents
             */
            readonly agents: number;
            /**
             * At
             * Format: date-time
             * @description when
             */
            readonly at: string;
            /**
             * Author
             * @description who did it
             */
            readonly author: string;
            /**
             * Lines
             * @description how many lines the file had
             */
            readonly lines: number;
            /**
             * Message
             * @description why
             */
            readonly message: string;
            /**
             * N
             * @description counts up by one
             */
            readonly n: number;
            /**
             * Replaced
             * @description how many lines went for it
             */
            readonly replaced: number;
            /**
             * Since
             * Format: date-time
             * @description lines that start from here on were replaced
             */
            readonly since: string;
            /**
             * Until
             * Format: date-time
             * @description lines that start before this were replaced
             */
            readonly until: string;
        };
        /**
         * SchedulePublicationList
         * @description What was published.
         * @example {
         *       "items": [
         *         {
         *           "agents": 212,
         *           "at": "2026-11-20T09:12:44.000000Z",
         *           "author": "wang.fang",
         *           "lines": 5190,
         *           "message": "第 48 周班表",
         *           "n": 12,
         *           "replaced": 5204,
         *           "since": "2026-11-22T16:00:00.000000Z",
         *           "until": "2026-11-29T16:00:00.000000Z"
         *         }
         *       ]
         *     }
         */
        readonly SchedulePublicationList: {
            /**
             * Items
             * @description newest first, the last 200
             */
            readonly items: readonly components["schemas"]["SchedulePublication"][];
        };
        /**
         * Sentence
         * @description One sentence for people.
         */
        readonly Sentence: {
            /**
             * En
             * @description in English
             * @example There is no such contact.
             */
            readonly en: string;
            /**
             * Zh
             * @description in Chinese
             * @example 没有该联络。
             */
            readonly zh: string;
        };
        /**
         * SetAside
         * @description One fact that is not in the facts table, or one range of facts.
         * @example {
         *       "body": "{\"site\": \"sh\", \"seq\": 41}",
         *       "code": "malformed",
         *       "first": 41,
         *       "last": 41,
         *       "reason": "data.ms: Input should be a valid integer",
         *       "received_at": "2026-11-23T08:15:02.104512Z",
         *       "site": "sh"
         *     }
         */
        readonly SetAside: {
            /**
             * Body
             * @description what was sent, as JSON, its beginning at least; empty for what is lost
             */
            readonly body: string;
            /**
             * Code
             * @description `malformed`: not understood; `conflict`: another fact with this `seq` is stored; `refused`: this data center failed on it again and again, so the site set it aside; `lost`: the site no longer has these
             * @enum {string}
             */
            readonly code: "malformed" | "conflict" | "refused" | "lost";
            /**
             * First
             * @description its `seq`; of a range, the first
             */
            readonly first: number;
            /**
             * Last
             * @description the same, or the last of the range
             */
            readonly last: number;
            /**
             * Reason
             * @description what was wrong, in English
             */
            readonly reason: string;
            /**
             * Received At
             * Format: date-time
             * @description when it came
             */
            readonly received_at: string;
            /**
             * Site
             * @description the site that sent it
             */
            readonly site: string;
        };
        /**
         * SetAsideList
         * @description A page, newest first.
         * @example {
         *       "items": [
         *         {
         *           "body": "{\"site\": \"sh\", \"seq\": 41}",
         *           "code": "malformed",
         *           "first": 41,
         *           "last": 41,
         *           "reason": "data.ms: Input should be a valid integer",
         *           "received_at": "2026-11-23T08:15:02.104512Z",
         *           "site": "sh"
         *         }
         *       ]
         *     }
         */
        readonly SetAsideList: {
            /**
             * Items
             * @description the page
             */
            readonly items: readonly components["schemas"]["SetAside"][];
            /**
             * Next Cursor
             * @description send it as `cursor` to get the next page; null on the last one
             */
            readonly next_cursor: string | null;
        };
        /**
         * SiteAcknowledgement
         * @description How far a site is.
         * @example {
         *       "at": "2026-11-24T04:00:01.000000Z",
         *       "n": 7,
         *       "outcome": "taken",
         *       "reason": "",
         *       "site": "sh"
         *     }
         */
        readonly SiteAcknowledgement: {
            /**
             * At
             * Format: date-time
             * @description when it answered
             */
            readonly at: string;
            /**
             * N
             * @description the last release that it answered
             */
            readonly n: number;
            /** @description what it made of it */
            readonly outcome: components["schemas"]["Taken"];
            /**
             * Reason
             * @description why it was refused; empty if it was taken
             */
            readonly reason: string;
            /**
             * Site
             * @description the site
             */
            readonly site: string;
        };
        /**
         * SiteList
         * @description All sites and the number that reaches any of them.
         * @example {
         *       "hotline": "95500",
         *       "sites": [
         *         {
         *           "agents_url": "ws://127.0.1.1:8080/agents",
         *           "name": "sh",
         *           "ready": true,
         *           "title": "上海 Shanghai"
         *         }
         *       ]
         *     }
         */
        readonly SiteList: {
            /**
             * Hotline
             * @description the number callers dial
             */
            readonly hotline: string;
            /**
             * Sites
             * @description in the order of the topology
             */
            readonly sites: readonly components["schemas"]["SiteView"][];
        };
        /**
         * SiteOutcome
         * @description What a site made of a version.
         * @enum {string}
         */
        readonly SiteOutcome: "taken" | "restart_needed" | "refused";
        /**
         * SiteStanding
         * @description How far a site is.
         * @example {
         *       "at": "2026-11-26T04:00:01.000000Z",
         *       "n": 7,
         *       "nodes": [],
         *       "outcome": "taken",
         *       "reason": "",
         *       "restart": [],
         *       "site": "sh"
         *     }
         */
        readonly SiteStanding: {
            /**
             * At
             * Format: date-time
             * @description when it answered
             */
            readonly at: string;
            /**
             * N
             * @description the last version that it answered
             */
            readonly n: number;
            /**
             * Nodes
             * @description its nodes that have not loaded it: `cti pbx render --reload` where they stand
             */
            readonly nodes: readonly string[];
            /** @description what it made of it */
            readonly outcome: components["schemas"]["SiteOutcome"];
            /**
             * Reason
             * @description why it was refused; empty if it was not
             */
            readonly reason: string;
            /**
             * Restart
             * @description what of the site takes it at its next start only
             */
            readonly restart: readonly string[];
            /**
             * Site
             * @description the site
             */
            readonly site: string;
        };
        /**
         * SiteView
         * @description One site.
         */
        readonly SiteView: {
            /**
             * Agents Url
             * @description where an agent's desktop connects
             * @example ws://127.0.1.1:8080/agents
             */
            readonly agents_url: string;
            /**
             * Name
             * @description the site's name in the topology
             * @example sh
             */
            readonly name: string;
            /**
             * Ready
             * @description whether its process says that a call would be answered
             */
            readonly ready: boolean;
            /**
             * Title
             * @description for screens
             * @example 上海 Shanghai
             */
            readonly title: string;
        };
        /**
         * StandingBody
         * @description How a site stands with the configuration.
         */
        readonly StandingBody: {
            /**
             * N
             * @description the version
             */
            readonly n: number;
            /**
             * Nodes
             * @description its nodes that have not loaded it
             * @default []
             */
            readonly nodes: readonly string[];
            /** @description what the site made of it */
            readonly outcome: components["schemas"]["SiteOutcome"];
            /**
             * Reason
             * @description why it was refused: the code of the problem
             * @default
             */
            readonly reason: string;
            /**
             * Restart
             * @description what of the site takes it at its next start only
             * @default []
             */
            readonly restart: readonly string[];
            /**
             * Site
             * @description who answers
             */
            readonly site: string;
        };
        /**
         * Taken
         * @description What a site made of a release.
         * @enum {string}
         */
        readonly Taken: "taken" | "refused";
        /**
         * Title
         * @description A name for screens.
         */
        readonly Title: {
            /**
             * En
             * @description in English
             */
            readonly en: string;
            /**
             * Zh
             * @description in Chinese
             */
            readonly zh: string;
        };
        /**
         * Topic
         * @description What a reader can follow.
         * @enum {string}
         */
        readonly Topic: "contacts" | "agents" | "sites";
        /**
         * Unit
         * @description What a number is.
         * @enum {string}
         */
        readonly Unit: "count" | "ms" | "share" | "score";
        /**
         * VersionList
         * @description What was published.
         * @example {
         *       "items": [
         *         {
         *           "author": "wang.fang",
         *           "digest": "5d41402abc4b2a76b9719d911017c592ae3f1f0b6f6b3a1d1b8a4b8e5f2c7d10",
         *           "flow": "main",
         *           "hotline": "95500",
         *           "message": "新增台风公告",
         *           "published_at": "2026-11-24T03:59:58.000000Z",
         *           "version": "3f9c2a61d07b"
         *         }
         *       ]
         *     }
         */
        readonly VersionList: {
            /**
             * Items
             * @description newest first
             */
            readonly items: readonly components["schemas"]["PublishedVersion"][];
        };
        /**
         * VersionStats
         * @description One version of the flow.
         */
        readonly VersionStats: {
            /**
             * Contacts
             * @description how many contacts met it
             */
            readonly contacts: number;
            /**
             * Contained
             * @description how many of those were served by the flow alone
             */
            readonly contained: number;
            /**
             * Flow
             * @description the flow's name
             */
            readonly flow: string;
            /**
             * Nodes
             * @description those most visited first
             */
            readonly nodes: readonly components["schemas"]["NodeStats"][];
            /**
             * Version
             * @description digest of its files
             */
            readonly version: string;
        };
        /**
         * VersionUpload
         * @description A checked and tested hotline.
         */
        readonly VersionUpload: {
            /**
             * Author
             * @description who did it
             * @example wang.fang
             */
            readonly author: string;
            /**
             * Bundle
             * Format: base64
             * @description its files as a zip archive, base64
             */
            readonly bundle: string;
            /**
             * Message
             * @description why
             * @example 新增台风公告
             */
            readonly message: string;
        };
        /**
         * WebPhone
         * @description What a browser registers with to try the hotline.
         * @example {
         *       "number": "95500",
         *       "password": "…",
         *       "uri": "sip:webphone@127.0.1.1",
         *       "username": "webphone",
         *       "ws_url": "ws://127.0.1.1:8088/ws"
         *     }
         */
        readonly WebPhone: {
            /**
             * Number
             * @description the number to dial
             */
            readonly number: string;
            /**
             * Password
             * @description SIP password of this installation
             */
            readonly password: string;
            /**
             * Uri
             * @description the SIP address to register
             */
            readonly uri: string;
            /**
             * Username
             * @description SIP user name
             */
            readonly username: string;
            /**
             * Ws Url
             * @description the Asterisk node's WebSocket
             */
            readonly ws_url: string;
        };
        /**
         * WrapUpView
         * @description An agent's work after the contact.
         */
        readonly WrapUpView: {
            /**
             * Agent
             * @description the agent
             */
            readonly agent: string;
            /**
             * Agent Site
             * @description the agent's site
             */
            readonly agent_site: string;
            /**
             * Allowed Ms
             * @description time given, ms
             */
            readonly allowed_ms: number | null;
            /**
             * Code
             * @description the wrap-up code
             */
            readonly code: string | null;
            /**
             * Ended At
             * @description null while it goes on
             */
            readonly ended_at: string | null;
            /**
             * Ended By
             * @description `system` when the time was up
             */
            readonly ended_by: components["schemas"]["Party"] | string | null;
            /**
             * Ms
             * @description time taken, ms
             */
            readonly ms: number | null;
            /**
             * Note
             * @description the agent's note
             */
            readonly note: string | null;
            /**
             * Started At
             * @description when it began
             */
            readonly started_at: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly list_alarms_api_v1_alarms_get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AlarmList"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly list_cases_api_v1_cases_get: {
        readonly parameters: {
            readonly query?: {
                /** @description the customer's telephone number, however it is written */
                readonly number?: string | null;
                /** @description the agent who owns them */
                readonly owner?: string | null;
                /** @description where they stand; any, when not given */
                readonly status?: readonly components["schemas"]["CaseStatus"][];
                /** @description what they are about */
                readonly kind?: string | null;
                /** @description cases per page */
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly cursor?: string | null;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CaseList"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_case_api_v1_cases__case__get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the case's id */
                readonly case: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CaseDetail"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_state_api_v1_configuration_get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConfigurationState"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly say_standing_api_v1_configuration_acknowledgement_put: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["StandingBody"];
            };
        };
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SiteStanding"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly return_to_api_v1_configuration_rollback_post: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Return"];
            };
        };
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConfigurationHead"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Somebody else was faster. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly list_configurations_api_v1_configuration_versions_get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConfigurationVersionList"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly publish_configuration_api_v1_configuration_versions_post: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Publication"];
            };
        };
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConfigurationHead"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Somebody else was faster. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The request is larger than 4 MiB; a version, than 96 MiB; a schedule, than 32 MiB. */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_configuration_api_v1_configuration_versions__n__get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the version's number */
                readonly n: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConfigurationVersion"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_changes_api_v1_configuration_versions__n__changes_get: {
        readonly parameters: {
            readonly query?: {
                /** @description the other; the one before without it */
                readonly since?: number | null;
            };
            readonly header?: never;
            readonly path: {
                /** @description the version's number */
                readonly n: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConfigurationChangeList"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly list_contacts_api_v1_contacts_get: {
        readonly parameters: {
            readonly query?: {
                /** @description the customer's number */
                readonly caller?: string | null;
                /** @description arrived at or after; ISO 8601 with offset */
                readonly since?: string | null;
                /** @description arrived before; ISO 8601 with offset */
                readonly until?: string | null;
                /** @description talked with this agent */
                readonly agent?: string | null;
                /** @description waited in this queue */
                readonly queue?: string | null;
                /** @description arrived at this site */
                readonly site?: string | null;
                /** @description ended for this cause */
                readonly cause?: components["schemas"]["EndCause"] | null;
                /** @description contacts per page */
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly cursor?: string | null;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ContactList"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_contact_api_v1_contacts__contact__get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the contact's id */
                readonly contact: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ContactDetail"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly find_customer_api_v1_customers_get: {
        readonly parameters: {
            readonly query: {
                /** @description a telephone number */
                readonly number: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_customer_api_v1_customers__customer__get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the customer's id */
                readonly customer: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly take_facts_api_v1_facts_post: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["FactBatch"];
            };
        };
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Acknowledgement"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The request is larger than 4 MiB; a version, than 96 MiB; a schedule, than 32 MiB. */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many batches at once. `Retry-After` says in how many seconds to try again. */
            readonly 429: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly list_set_aside_api_v1_facts_set_aside_get: {
        readonly parameters: {
            readonly query?: {
                /** @description sent by this site */
                readonly site?: string | null;
                /** @description entries per page */
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly cursor?: string | null;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SetAsideList"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly acknowledge_api_v1_flows__hotline__acknowledgement_put: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the number callers dial */
                readonly hotline: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AcknowledgementBody"];
            };
        };
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SiteAcknowledgement"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_release_api_v1_flows__hotline__release_get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the number callers dial */
                readonly hotline: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReleaseState"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly list_releases_api_v1_flows__hotline__releases_get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the number callers dial */
                readonly hotline: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReleaseList"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly activate_api_v1_flows__hotline__releases_post: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the number callers dial */
                readonly hotline: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Activation"];
            };
        };
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Release"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Somebody else was faster. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly roll_back_api_v1_flows__hotline__rollback_post: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the number callers dial */
                readonly hotline: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Rollback"];
            };
        };
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Release"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Somebody else was faster. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_stats_api_v1_flows__hotline__stats_get: {
        readonly parameters: {
            readonly query?: {
                /** @description this version only */
                readonly version?: string | null;
                /** @description arrived at or after; ISO 8601 with offset */
                readonly since?: string | null;
                /** @description arrived before; ISO 8601 with offset */
                readonly until?: string | null;
            };
            readonly header?: never;
            readonly path: {
                /** @description the number callers dial */
                readonly hotline: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FlowStats"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly list_versions_api_v1_flows__hotline__versions_get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the number callers dial */
                readonly hotline: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["VersionList"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly publish_version_api_v1_flows__hotline__versions_post: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the number callers dial */
                readonly hotline: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["VersionUpload"];
            };
        };
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PublishedVersion"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The request is larger than 4 MiB; a version, than 96 MiB; a schedule, than 32 MiB. */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly fetch_bundle_api_v1_flows__hotline__versions__version__bundle_get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the number callers dial */
                readonly hotline: string;
                /** @description the version */
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The archive. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    /** @example (a zip archive) */
                    readonly "application/zip": unknown;
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly follow_api_v1_live_get: {
        readonly parameters: {
            readonly query?: {
                /** @description only these topics; repeat it for several */
                readonly topic?: readonly components["schemas"]["Topic"][] | null;
                /** @description only these sites; contacts by where they arrived */
                readonly site?: readonly string[] | null;
                /** @description only contacts that have waited in these queues */
                readonly queue?: readonly string[] | null;
            };
            readonly header?: {
                /** @description the `id` of the last event received */
                readonly "last-event-id"?: string | null;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Events, without end. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 1200
                     *     event: hello
                     *     data: {"sites":{"sh":41},"resumed":false,"stale":false,"heartbeat_seconds":15}
                     *     id: sh:41
                     *
                     *     event: contact
                     *     data: {"contact":"sh1-1763885702.17","change":"arrived","site":"sh","state":"in_flow",…}
                     *     id: sh:44
                     */
                    readonly "text/event-stream": unknown;
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_measures_api_v1_measures_get: {
        readonly parameters: {
            readonly query: {
                /** @description counted from here on; ISO 8601 with offset */
                readonly since: string;
                /** @description counted before this; ISO 8601 with offset */
                readonly until: string;
                /** @description up to 7 days by `15min`, 31 by `hour`, 93 by `day` or as one `total` */
                readonly interval?: components["schemas"]["Every"];
                /** @description any of queue, site, agent, flow, reason; repeated */
                readonly group_by?: readonly components["schemas"]["Dimension"][];
                /** @description IANA name of the zone whose clock cuts days */
                readonly zone?: string;
                /** @description these measures only, by id; repeated */
                readonly measure?: readonly string[];
                /** @description these queues only; repeated */
                readonly queue?: readonly string[];
                /** @description these sites only; repeated */
                readonly site?: readonly string[];
                /** @description these agents only; repeated */
                readonly agent?: readonly string[];
                /** @description these flows only; repeated */
                readonly flow?: readonly string[];
                /** @description whether customers who were called back count */
                readonly callbacks?: components["schemas"]["Callbacks"];
                /** @description T of the service levels, in seconds */
                readonly within?: number;
                /** @description who leaves before so many seconds is a short abandon */
                readonly short?: number;
                /** @description json, csv or xlsx */
                readonly format?: components["schemas"]["Format"] | null;
                /** @description of names in CSV and XLSX */
                readonly language?: "zh" | "en";
            };
            readonly header?: {
                /** @description chooses the format where `format` does not */
                readonly accept?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The figures; as a table to save where the format says so. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "group_by": [
                     *         "queue"
                     *       ],
                     *       "interval": "15min",
                     *       "measures": [
                     *         {
                     *           "formula_en": "waits that did not go on elsewhere",
                     *           "formula_zh": "排队次数（转回呼或返回原队列的不重复计）",
                     *           "id": "offered",
                     *           "name_en": "offered",
                     *           "name_zh": "进入排队",
                     *           "unit": "count"
                     *         },
                     *         {
                     *           "formula_en": "offered, connected to an agent",
                     *           "formula_zh": "进入排队并接通坐席",
                     *           "id": "answered",
                     *           "name_en": "answered",
                     *           "name_zh": "接通",
                     *           "unit": "count"
                     *         },
                     *         {
                     *           "formula_en": "answered ≤ T / (offered − short abandons)",
                     *           "formula_zh": "T 内接通 / (进入排队 − 短时放弃)",
                     *           "id": "service_level",
                     *           "name_en": "service level",
                     *           "name_zh": "服务水平",
                     *           "unit": "share"
                     *         },
                     *         {
                     *           "formula_en": "wait of answered (queue + ring) / answered",
                     *           "formula_zh": "接通者的等待（排队 + 振铃） / 接通",
                     *           "id": "asa_ms",
                     *           "name_en": "ASA",
                     *           "name_zh": "平均应答速度",
                     *           "unit": "ms"
                     *         }
                     *       ],
                     *       "rows": [
                     *         {
                     *           "end": "2026-11-23T09:15:00+08:00",
                     *           "queue": "claims",
                     *           "start": "2026-11-23T09:00:00+08:00",
                     *           "values": {
                     *             "answered": 108,
                     *             "asa_ms": 9120,
                     *             "offered": 120,
                     *             "service_level": 0.8534
                     *           }
                     *         }
                     *       ],
                     *       "short_seconds": 5,
                     *       "since": "2026-11-23T00:00:00+08:00",
                     *       "totals": {
                     *         "answered": 108,
                     *         "asa_ms": 9120,
                     *         "offered": 120,
                     *         "service_level": 0.8534
                     *       },
                     *       "until": "2026-11-24T00:00:00+08:00",
                     *       "within_seconds": 20,
                     *       "zone": "Asia/Shanghai"
                     *     }
                     */
                    readonly "application/json": components["schemas"]["MeasureTable"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_policy_api_v1_policies__number__get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the policy's number */
                readonly number: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Policy"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_schedules_api_v1_schedules_get: {
        readonly parameters: {
            readonly query: {
                /** @description lines that start from here on; ISO 8601 with offset */
                readonly since: string;
                /** @description lines that start before this; ISO 8601 with offset */
                readonly until: string;
                /** @description these agents only; repeated */
                readonly agent?: readonly string[];
                /** @description these sites only; repeated */
                readonly site?: readonly string[];
                /** @description IANA name of the zone whose clock is told */
                readonly zone?: string;
                /** @description json or csv */
                readonly format?: components["schemas"]["ScheduleFormat"] | null;
            };
            readonly header?: {
                /** @description chooses the format where `format` does not */
                readonly accept?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly publish_schedules_api_v1_schedules_put: {
        readonly parameters: {
            readonly query: {
                /** @description lines that start from here on are replaced; ISO 8601 with offset */
                readonly since: string;
                /** @description lines that start before this are replaced; ISO 8601 with offset */
                readonly until: string;
                /** @description who does it */
                readonly author: string;
                /** @description why */
                readonly message: string;
                /** @description lines of these agents go too, though the file has none of them; repeated */
                readonly agent?: readonly string[];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example agent,start,end,activity
                 *     1001,2026-11-23T09:00:00+08:00,2026-11-23T12:00:00+08:00,work
                 *     1001,2026-11-23T12:00:00+08:00,2026-11-23T13:00:00+08:00,unpaid
                 */
                readonly "text/csv": string;
            };
        };
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SchedulePublication"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Somebody else was faster. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The request is larger than 4 MiB; a version, than 96 MiB; a schedule, than 32 MiB. */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly list_publications_api_v1_schedules_publications_get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SchedulePublicationList"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database does not answer, or is busy. `Retry-After` says in how many seconds to try again. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly list_sites_api_v1_sites_get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SiteList"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly read_webphone_api_v1_webphone_get: {
        readonly parameters: {
            readonly query: {
                /** @description the site to call */
                readonly site: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WebPhone"];
                };
            };
            /** @description The bearer token is missing or wrong. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    readonly healthz_healthz_get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    readonly read_metrics_metrics_get: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The figures. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    /** @example hotline_datacenter_facts_total{result="stored",site="sh"} 41.0 */
                    readonly "text/plain": unknown;
                };
            };
        };
    };
    readonly readyz_readyz_get: {
        readonly parameters: {
            readonly query?: {
                /** @description whether the sites are asked too */
                readonly sites?: boolean;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Successful Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description A parameter or the body is wrong. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something is missing. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NotReady"];
                };
            };
        };
    };
}
