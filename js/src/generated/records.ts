// Command and event records of the Wasm boundary, as word offsets. Made from wasm/records.h, and ErrorKind from core/mqtt/base/error.h, by scripts/generate-records.mjs.

export const enum CommandKind {
  Topic = 1,
  Receive = 2,
  SetWritable = 3,
  NoteUnsent = 4,
  Publish = 5,
  Acknowledge = 6,
  LeaveUnacknowledged = 7,
  ConnectionReceive = 8,
  ConnectionSetWritable = 9,
  BrokerPublish = 10,
}

export const enum MessageFlags {
  QosMask = 3,
  Retain = 4,
  Dup = 8,
  PayloadInFrame = 16,
  PayloadInPayloads = 32,
  PacketIdentifierShift = 16,
}

export const enum EventKind {
  Topic = 1,
  Frame = 2,
  ReconnectScheduled = 3,
  ReconnectDue = 4,
  ConnectFailed = 5,
  Connack = 6,
  Message = 7,
  Published = 8,
  Subscribed = 9,
  Unsubscribed = 10,
  OperationFailed = 11,
  Disconnect = 12,
  Auth = 13,
  Warning = 14,
  Closing = 15,
  PacketContent = 16,
  PacketReceived = 17,
  PacketSent = 18,
  JournalPut = 19,
  JournalErase = 20,
  RestoreFailed = 21,
  Output = 22,
  CloseTransport = 23,
  Connected = 24,
  Ended = 25,
  ClientSubscribed = 26,
  ClientUnsubscribed = 27,
  BrokerMessage = 28,
  BrokerPublishFailed = 29,
  ConnectionOutput = 30,
  ConnectionCloseTransport = 31,
  LinkClosed = 32,
  Connecting = 33,
  Authenticating = 34,
}

export const enum ConnectedFlags {
  VersionMask = 7,
  CleanStart = 8,
  SessionPresent = 16,
  HasUserName = 32,
  HasPassword = 64,
  KeepAliveShift = 16,
}

export const enum EndFlags {
  Orderly = 1,
  FaultShift = 8,
  ReasonShift = 16,
}

export const enum ErrorKind {
  Other = 0,
  ConnackTimeout = 1,
  KeepAliveTimeout = 2,
  ConnectionClosed = 3,
  NotConnected = 4,
  Removed = 5,
}

export const eventWords = 8;

export const enum CommandField {
  kind = 0,
  length = 1,
  subject = 2,
  words = 3,
}

export const enum TopicCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  textLength = 3,
  words = 4,
}

export const enum ReceiveCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  frame = 3,
  bytesLength = 4,
  words = 5,
}

export const enum PublishCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  token = 3,
  topic = 4,
  flags = 5,
  payloadLength = 6,
  propertiesLength = 7,
  words = 8,
}

export const enum AcknowledgeCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  packetIdentifier = 3,
  reason = 4,
  propertiesLength = 5,
  words = 6,
}

export const enum ValueCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  value = 3,
  words = 4,
}

export const enum EventField {
  kind = 0,
  subject = 1,
  words = 2,
}

export const enum TopicEventField {
  kind = 0,
  subject = 1,
  textOffset = 2,
  textLength = 3,
  words = 4,
}

export const enum FrameEventField {
  kind = 0,
  subject = 1,
  words = 2,
}

export const enum MessageEventField {
  kind = 0,
  subject = 1,
  topic = 2,
  flags = 3,
  payloadOffset = 4,
  payloadLength = 5,
  propertiesOffset = 6,
  propertiesLength = 7,
  words = 8,
}

export const enum ConnackEventField {
  kind = 0,
  subject = 1,
  sessionPresent = 2,
  reason = 3,
  propertiesOffset = 4,
  propertiesLength = 5,
  version = 6,
  words = 7,
}

export const enum PublishedEventField {
  kind = 0,
  subject = 1,
  token = 2,
  packetIdentifier = 3,
  reason = 4,
  propertiesOffset = 5,
  propertiesLength = 6,
  words = 7,
}

export const enum SubscribedEventField {
  kind = 0,
  subject = 1,
  token = 2,
  packetIdentifier = 3,
  reasonsOffset = 4,
  reasonsLength = 5,
  propertiesOffset = 6,
  propertiesLength = 7,
  words = 8,
}

export const enum ErrorEventField {
  kind = 0,
  subject = 1,
  token = 2,
  fault = 3,
  reason = 4,
  textOffset = 5,
  textLength = 6,
  errorKind = 7,
  words = 8,
}

export const enum ReasonEventField {
  kind = 0,
  subject = 1,
  reason = 2,
  propertiesOffset = 3,
  propertiesLength = 4,
  words = 5,
}

export const enum JournalEventField {
  kind = 0,
  subject = 1,
  keyOffset = 2,
  keyLength = 3,
  valueOffset = 4,
  valueLength = 5,
  words = 6,
}

export const enum PauseEventField {
  kind = 0,
  subject = 1,
  milliseconds = 2,
  fallsBack = 3,
  words = 4,
}

export const enum CloseEventField {
  kind = 0,
  subject = 1,
  atOnce = 2,
  words = 3,
}

export const enum PacketEventField {
  kind = 0,
  subject = 1,
  type = 2,
  packetIdentifier = 3,
  bytes = 4,
  words = 5,
}

export const enum OutputEventField {
  kind = 0,
  subject = 1,
  address = 2,
  length = 3,
  total = 4,
  words = 5,
}

export const enum ConnectedEventField {
  kind = 0,
  subject = 1,
  flags = 2,
  clientIdentifierOffset = 3,
  clientIdentifierLength = 4,
  userNameOffset = 5,
  userNameLength = 6,
  words = 7,
}

export const enum ConnectingEventField {
  kind = 0,
  subject = 1,
  flags = 2,
  textsOffset = 3,
  clientIdentifierLength = 4,
  userNameLength = 5,
  passwordLength = 6,
  propertiesLength = 7,
  words = 8,
}

export const enum EndedEventField {
  kind = 0,
  subject = 1,
  flags = 2,
  clientIdentifierOffset = 3,
  clientIdentifierLength = 4,
  textOffset = 5,
  textLength = 6,
  webSocketCloseCode = 7,
  words = 8,
}

export const enum FilterEventField {
  kind = 0,
  subject = 1,
  filterOffset = 2,
  filterLength = 3,
  qos = 4,
  words = 5,
}

export const enum StepResultsField {
  events = 0,
  eventCount = 1,
  data = 2,
  payloads = 3,
  payloadsLength = 4,
  words = 5,
}
