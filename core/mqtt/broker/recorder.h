// The broker's state -> records of its journal, and back.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "mqtt/base/bytes.h"
#include "mqtt/base/result.h"
#include "mqtt/base/time.h"
#include "mqtt/broker/session.h"
#include "mqtt/session/journal.h"
#include "mqtt/session/message_record.h"
#include "mqtt/session/record_writer.h"

namespace mqtt {

// Writes nothing without a journal, and nothing about sessions that end with their connection (record 0).
//
//   key                                     value
//   0                                       version of all this
//   1 message                               expires at, the message as a PUBLISH of 5.0
//   2 session                               client identifier, expiry, will
//   3 session filter                        subscription options, subscription identifier
//   4 session packet-identifier             none: a QoS 2 message came under it and was not released
//   5 session delivery                      message, how it is delivered, and how far that has come
//   6 topic                                 message that is retained
//   7 topic                                 none: a note of RetainedStore
//
// Numbers are big-endian, so that records come back in the order in which they were made. Times are Unix times in
// milliseconds.
class Recorder {
 public:
  // `unix_time_at_zero`: the Unix time, in milliseconds, of the Instant 0.
  Recorder(Journal* journal, std::int64_t unix_time_at_zero) : record_(journal), clock_{unix_time_at_zero} {}

  bool is_on() const { return record_.is_on(); }

  // A session that outlives its connection gets a number for its records.
  void session(Session& session);
  // And loses all of them but those of its subscriptions and deliveries, which go one by one.
  void erase_session(Session& session);
  void subscription(const Session& session, std::string_view topic_filter, const Subscription& subscription);
  void erase_subscription(const Session& session, std::string_view topic_filter);
  void incoming_qos2(const Session& session, PacketIdentifier identifier);
  void erase_incoming_qos2(const Session& session, PacketIdentifier identifier);
  // A delivery's state: waiting (identifier 0), or on its way. `share` is that of its group, or empty.
  void delivery(Session& session, Delivery& delivery, PacketIdentifier identifier, FlightState state,
                std::string_view share);
  void erase_delivery(const Session& session, Delivery& delivery);
  // A PUBREC has come: from now on only the identifier is of interest. `delivery` loses its message.
  void forget_message(const Session& session, Delivery& delivery, PacketIdentifier identifier);
  void retained(std::string_view topic, const Message& message);
  // `replaced` is what was retained before, if anything.
  void erase_retained(std::string_view topic, const Message& replaced);
  void release(const Message& message);
  void note(std::string_view topic);
  void erase_note(std::string_view topic);

  // --- back again
  struct RestoredDelivery {
    std::uint64_t session = 0;
    Delivery delivery;
    PacketIdentifier identifier = 0;
    FlightState state = FlightState::Settled;
    std::string_view share;
  };
  struct RestoredSubscription {
    std::uint64_t session = 0;
    std::string_view topic_filter;
    Subscription subscription;
  };
  // Each takes the bytes behind a key's first one and the value; an Error says that they are none of ours.
  Result<void> restore_version(Bytes value) const;
  Result<void> restore_message(Bytes key, Bytes value);
  Result<void> restore_session(Bytes key, Bytes value, Session& session);
  Result<RestoredSubscription> restore_subscription(Bytes key, Bytes value) const;
  Result<std::pair<std::uint64_t, PacketIdentifier>> restore_incoming_qos2(Bytes key) const;
  Result<RestoredDelivery> restore_delivery(Bytes key, Bytes value);
  Result<Message> restore_retained(Bytes value);
  // All records were restored: messages that nobody has are forgotten, and the version is put down.
  void finish_restoring();

 private:
  std::uint64_t keep(const Message& message);
  Result<Message> restored_message(std::uint64_t record);

  RecordWriter record_;
  JournalClock clock_;
  std::uint64_t last_message_ = 0;
  std::uint64_t last_session_ = 0;
  std::uint64_t last_delivery_ = 0;
  std::unordered_map<std::uint64_t, Message> restored_;  // until finish_restoring()
};

}  // namespace mqtt
