export { checkJsonMessage } from "./service-model/json-messages.ts";
export type { ModelVerdict, ServiceModel } from "./service-model/model.ts";
export { checkQueryRequest, queryParameters } from "./service-model/query-requests.ts";
export { childNamed, parseXml, type XmlElement } from "./service-model/xml.ts";
export { checkXmlResponse } from "./service-model/xml-responses.ts";
