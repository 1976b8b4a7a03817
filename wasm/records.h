// The shapes of what crosses the Wasm boundary: commands from JavaScript, events to it. Declared here once;
// js/src/generated/records.ts is made from this file by scripts/generate-records.mjs, which reads enumerations, and
// structs of std::uint32_t, and nothing cleverer.
#pragma once

#include <cstdint>

namespace wasmqtt {

// A command is one of the structs below, then its bytes: each text, payload or run of properties padded to four
// bytes, in the order in which the struct names their lengths. `length` counts the whole command, padding included.
// What happens once in a connection's life or less is no command but a function (bindings.cpp, broker_bindings.cpp).
enum class CommandKind : std::uint32_t {
  Topic = 1,  // TopicCommand: publishes may name this topic by its number now
  // To the client `subject`.
  Receive,              // ReceiveCommand
  SetWritable,          // ValueCommand: 0 or 1
  NoteUnsent,           // ValueCommand: bytes of earlier outputs that wait in the transport; 0 at last
  Publish,              // PublishCommand
  Acknowledge,          // AcknowledgeCommand
  LeaveUnacknowledged,  // ValueCommand: the packet identifier
  // To the broker; `subject` is a connection, or 0 where there is none.
  ConnectionReceive,      // ReceiveCommand
  ConnectionSetWritable,  // ValueCommand: 0 or 1
  BrokerPublish,          // PublishCommand
};

struct Command {
  std::uint32_t kind, length, subject;
};

// `subject` is the topic's number.
struct TopicCommand {
  std::uint32_t kind, length, subject, text_length;
};

// `frame` is JavaScript's number of the frame, by which events refer to it.
struct ReceiveCommand {
  std::uint32_t kind, length, subject, frame, bytes_length;
};

// The lower bits of `flags` in commands and events of messages.
enum class MessageFlags : std::uint32_t {
  QosMask = 3,
  Retain = 4,
  Dup = 8,
  // Events only: where the payload lies. In none of them: in the data.
  PayloadInFrame = 16,
  PayloadInPayloads = 32,
  PacketIdentifierShift = 16,
};

struct PublishCommand {
  std::uint32_t kind, length, subject, token, topic, flags, payload_length, properties_length;
};

struct AcknowledgeCommand {
  std::uint32_t kind, length, subject, packet_identifier, reason, properties_length;
};

struct ValueCommand {
  std::uint32_t kind, length, subject, value;
};

// A run of properties, in both directions: an id of the standard and its value; or, for text and binary data, an id,
// the length and the bytes, padded to four; a User Property has two lengths and both bytes, each padded.

// Every event is eight words, whatever its struct uses of them. An `..._offset` counts from StepResults::data unless
// said otherwise.
inline constexpr std::uint32_t kEventWords = 8;

enum class EventKind : std::uint32_t {
  Topic = 1,  // TopicEvent: messages name this topic by its number from here on
  Frame,      // FrameEvent: payloads in the frame are in this one from here on
  // Of the client `subject`.
  ReconnectScheduled,  // PauseEvent
  ReconnectDue,        // Event
  ConnectFailed,       // ErrorEvent
  Connack,             // ConnackEvent
  Message,             // MessageEvent
  Published,           // PublishedEvent
  Subscribed,          // SubscribedEvent
  Unsubscribed,        // SubscribedEvent
  OperationFailed,     // ErrorEvent
  Disconnect,          // ReasonEvent
  Auth,                // ReasonEvent
  Warning,             // ErrorEvent
  Closing,             // ErrorEvent
  PacketContent,       // MessageEvent: what the PUBLISH says that the next event names
  PacketReceived,      // PacketEvent
  PacketSent,          // PacketEvent
  JournalPut,          // JournalEvent
  JournalErase,        // JournalEvent, without a value
  RestoreFailed,       // ErrorEvent
  Output,              // OutputEvent
  CloseTransport,      // CloseEvent
  // Of the broker; `subject` is a connection, or 0 where there is none.
  Connected,                 // ConnectedEvent
  Ended,                     // EndedEvent
  ClientSubscribed,          // FilterEvent
  ClientUnsubscribed,        // FilterEvent
  BrokerMessage,             // MessageEvent
  BrokerPublishFailed,       // ErrorEvent
  ConnectionOutput,          // OutputEvent
  ConnectionCloseTransport,  // Event
  LinkClosed,                // Event
  Connecting,                // ConnectingEvent: until decide(), nothing further of this connection is looked at
  Authenticating,            // ReasonEvent: as above
};

struct Event {
  std::uint32_t kind, subject;
};

// `subject` is the topic's number.
struct TopicEvent {
  std::uint32_t kind, subject, text_offset, text_length;
};

// `subject` is the number that the ReceiveCommand gave.
struct FrameEvent {
  std::uint32_t kind, subject;
};

// payload_offset counts from the frame's begin, from StepResults::payloads or from data, as `flags` says.
struct MessageEvent {
  std::uint32_t kind, subject, topic, flags, payload_offset, payload_length, properties_offset, properties_length;
};

struct ConnackEvent {
  std::uint32_t kind, subject, session_present, reason, properties_offset, properties_length, version;
};

struct PublishedEvent {
  std::uint32_t kind, subject, token, packet_identifier, reason, properties_offset, properties_length;
};

// The reasons are one byte each; the properties follow them, behind padding.
struct SubscribedEvent {
  std::uint32_t kind, subject, token, packet_identifier, reasons_offset, reasons_length, properties_offset,
      properties_length;
};

// `token` is 0 where there is no operation.
struct ErrorEvent {
  std::uint32_t kind, subject, token, fault, reason, text_offset, text_length, error_kind;
};

struct ReasonEvent {
  std::uint32_t kind, subject, reason, properties_offset, properties_length;
};

struct JournalEvent {
  std::uint32_t kind, subject, key_offset, key_length, value_offset, value_length;
};

// From this step on. `falls_back`: to an attempt that goes on with the one that has ended, in 3.1.1.
struct PauseEvent {
  std::uint32_t kind, subject, milliseconds, falls_back;
};

// `at_once`: nobody is there who would agree to a close.
struct CloseEvent {
  std::uint32_t kind, subject, at_once;
};

struct PacketEvent {
  std::uint32_t kind, subject, type, packet_identifier, bytes;
};

// A run of bytes at `address` in linear memory; one or several events in a row say what makes up one frame of `total`
// bytes.
struct OutputEvent {
  std::uint32_t kind, subject, address, length, total;
};

enum class ConnectedFlags : std::uint32_t {
  VersionMask = 7,
  CleanStart = 8,
  SessionPresent = 16,
  HasUserName = 32,
  HasPassword = 64,
  KeepAliveShift = 16,
};

struct ConnectedEvent {
  std::uint32_t kind, subject, flags, client_identifier_offset, client_identifier_length, user_name_offset,
      user_name_length;
};

// A CONNECT that the host is asked about. Its texts lie one behind the other, padded to four bytes each, and the
// properties behind them.
struct ConnectingEvent {
  std::uint32_t kind, subject, flags, texts_offset, client_identifier_length, user_name_length, password_length,
      properties_length;
};

enum class EndFlags : std::uint32_t {
  Orderly = 1,
  FaultShift = 8,
  ReasonShift = 16,
};

struct EndedEvent {
  std::uint32_t kind, subject, flags, client_identifier_offset, client_identifier_length, text_offset, text_length,
      web_socket_close_code;
};

struct FilterEvent {
  std::uint32_t kind, subject, filter_offset, filter_length, qos;
};

// Where a step left its events. Addresses hold until the next call into the module.
struct StepResults {
  std::uint32_t events, event_count, data, payloads, payloads_length;
};

}  // namespace wasmqtt
