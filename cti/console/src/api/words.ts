// Short names for the generated types of the agents' WebSocket.
import type { components } from "./messages";

type Words = components["schemas"];

export type FromDesktop = Words["FromDesktop"];
export type FromSite = Words["FromSite"];
export type Snapshot = Words["Snapshot"];
export type OfferView = Words["OfferView"];
export type ContactContext = Words["ContactContext"];
export type CustomerCard = Words["CustomerCard"];
export type PathStep = Words["PathStep"];
export type QueueView = Words["QueueView"];
export type CodeText = Words["CodeText"];
export type WrapUpView = Words["WrapUpView"];
export type SipAccount = Words["SipAccount"];
export type Refused = Words["Refused"];
export type CaseCard = Words["CaseCard"];
export type CaseKind = Words["CaseKind"];
export type CaseWish = Words["OpenCase"] | Words["NoteCase"] | Words["HandOverCase"] | Words["SetCaseStatus"];
export type Status = Words["Status"];
export type State = Words["State"];
export type Device = Words["Device"];

/** Statuses that an agent may choose. */
export type Choice = Words["SetStatus"]["status"];
