// Short names for the generated types (schema.d.ts comes from schemas/api/openapi.json by `npm run types`).
import type { components } from "./schema";

type Schemas = components["schemas"];
export type IncidentFinding = Schemas["IncidentFinding"];
export type Weft = Schemas["WeftIncident"];
export type Indicator = Schemas["Contribution"];
export type Entity = Schemas["Entity"];
export type Link = Schemas["IncidentLink"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Ioc = Schemas["Ioc"];
export type Coverage = Schemas["Coverage"];
export type Recommended = Schemas["Recommended"];
export type IncidentItem = Schemas["IncidentItem"];
export type IncidentPage = Schemas["IncidentPage"];
export type DecisionItem = Schemas["DecisionItem"];
export type StitchDecision = Schemas["StitchDecision"];
export type VerdictItem = Schemas["VerdictItem"];
export type VerdictRequest = Schemas["VerdictRequest"];
export type Status = Schemas["Status"];
export type SourceStatus = Schemas["SourceStatus"];
export type StatusReport = Schemas["StatusReport"];
export type Me = Schemas["Me"];
export type Problem = Schemas["Problem"];
/** An OCSF event of any class. */
export type OcsfEvent = Record<string, unknown>;
