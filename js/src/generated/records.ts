// Command and event records of the Wasm boundary, as word offsets. Made from wasm/records.h by scripts/generate-records.mjs.

export const enum CommandKind {
  Topic = 1,
  CreateClient = 2,
  DestroyClient = 3,
  StartAttempt = 4,
  TransportOpened = 5,
  TransportClosed = 6,
  Receive = 7,
  SetWritable = 8,
  NoteUnsent = 9,
  Publish = 10,
  Subscribe = 11,
  Unsubscribe = 12,
  Authenticate = 13,
  Disconnect = 14,
  StopReconnecting = 15,
  Reconnect = 16,
  Discard = 17,
  Probe = 18,
  Restore = 19,
  FinishRestoring = 20,
  Acknowledge = 21,
  LeaveUnacknowledged = 22,
  LetHostAcknowledge = 23,
  SetTrace = 24,
  CreateBroker = 25,
  OpenConnection = 26,
  ConnectionReceive = 27,
  ConnectionClosed = 28,
  ConnectionSetWritable = 29,
  DisconnectConnection = 30,
  Link = 31,
  Unlink = 32,
  BrokerPublish = 33,
  ShutDown = 34,
  ReportPublishes = 35,
  Decide = 36,
}

export const enum BrokerAvailability {
  Retain = 1,
  WildcardSubscription = 2,
  SubscriptionIdentifiers = 4,
  SharedSubscription = 8,
}

export const enum ConnectFlags {
  VersionMask = 7,
  CleanStart = 8,
  HasUserName = 16,
  HasPassword = 32,
  HasWill = 64,
  WillRetain = 128,
  IsBridge = 256,
  WillQosShift = 9,
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

export const enum StatisticsField {
  PublishesReceived = 0,
  PublishesSent = 1,
  PublishesDropped = 2,
  BytesReceived = 3,
  BytesSent = 4,
  ConnectionsAccepted = 5,
  Connections = 6,
  Sessions = 7,
  Subscriptions = 8,
  RetainedMessages = 9,
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

export const enum CreateClientCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  reconnect = 3,
  initialReconnectDelay = 4,
  maximumReconnectDelay = 5,
  reconnectFactor = 6,
  reconnectJitter = 7,
  connectTimeout = 8,
  resubscribe = 9,
  subscribeBatchSize = 10,
  queueQosZero = 11,
  maximumQueuedMessages = 12,
  maximumQueuedBytes = 13,
  trace = 14,
  maximumAutomaticTopicAliases = 15,
  hasJournal = 16,
  unixTimeHigh = 17,
  unixTimeLow = 18,
  randomSeedLow = 19,
  randomSeedHigh = 20,
  keepsSession = 21,
  fallsBack = 22,
  words = 23,
}

export const enum RestoreCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  keyLength = 3,
  valueLength = 4,
  words = 5,
}

export const enum CreateBrokerCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  maximumPacketSize = 3,
  receiveMaximum = 4,
  topicAliasMaximum = 5,
  maximumInFlight = 6,
  maximumQueuedMessages = 7,
  maximumOutputBytes = 8,
  connectTimeout = 9,
  maximumSessionExpiryInterval = 10,
  reportPublishes = 11,
  maximumQueuedBytes = 12,
  maximumQueuedMessagesInAll = 13,
  maximumQueuedBytesInAll = 14,
  maximumRetainedMessages = 15,
  maximumSubscriptions = 16,
  maximumConnections = 17,
  maximumTopicLength = 18,
  maximumTopicLevels = 19,
  maximumQos = 20,
  maximumKeepAlive = 21,
  availability = 22,
  statisticsInterval = 23,
  asksHost = 24,
  randomSeedLow = 25,
  randomSeedHigh = 26,
  words = 27,
}

export const enum ConnectCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  connection = 3,
  maximumFrameSize = 4,
  flags = 5,
  keepAlive = 6,
  clientIdentifierLength = 7,
  userNameLength = 8,
  passwordLength = 9,
  propertiesLength = 10,
  willTopicLength = 11,
  willPayloadLength = 12,
  willPropertiesLength = 13,
  words = 14,
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

export const enum SubscribeCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  token = 3,
  entryCount = 4,
  propertiesLength = 5,
  words = 6,
}

export const enum SubscribeEntryField {
  filterLength = 0,
  options = 1,
  words = 2,
}

export const enum ReasonCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  number = 3,
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

export const enum DecideCommandField {
  kind = 0,
  length = 1,
  subject = 2,
  reason = 3,
  propertiesLength = 4,
  publishPropertiesLength = 5,
  subscribePropertiesLength = 6,
  publishCount = 7,
  subscribeCount = 8,
  words = 9,
}

export const enum FilterEntryField {
  filterLength = 0,
  words = 1,
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
  words = 7,
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
  words = 7,
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
