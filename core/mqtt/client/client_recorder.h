// The client's session -> records of its journal, and back.
#pragma once

#include <cstdint>

#include "mqtt/base/bytes.h"
#include "mqtt/base/result.h"
#include "mqtt/session/journal.h"
#include "mqtt/session/message_record.h"
#include "mqtt/session/outgoing_flight.h"
#include "mqtt/session/record_writer.h"

namespace mqtt {

// Writes nothing without a journal. What it keeps is the client's part of the session state [MQTT5 4.1], and the
// messages of QoS 1 and 2 that wait for a connection.
//
//   key                   value
//   0                     version of all this
//   1 number              packet identifier, state, and the message unless a PUBREC has come for it
//   2 packet-identifier   none: a QoS 2 message came under it and was not released
//
// Numbers are big-endian, so that messages come back in the order in which they were published.
class ClientRecorder {
 public:
  // `unix_time_at_zero`: the Unix time, in milliseconds, of the Instant 0.
  ClientRecorder(Journal* journal, std::int64_t unix_time_at_zero) : record_(journal), clock_{unix_time_at_zero} {}

  bool is_on() const { return record_.is_on(); }

  // A message of QoS 1 or 2: it waits (identifier 0, Settled), or how far it has come. `number` is its record's, 0
  // before it has one.
  void message(std::uint64_t& number, const Message& message, PacketIdentifier identifier, FlightState state);
  // A PUBREC has come: from now on only the identifier is of interest.
  void forget_message(std::uint64_t number, PacketIdentifier identifier);
  void erase_message(std::uint64_t number);
  void incoming_qos2(PacketIdentifier identifier);
  void erase_incoming_qos2(PacketIdentifier identifier);

  // --- back again
  struct RestoredMessage {
    std::uint64_t number = 0;
    Message message;  // none after a PUBREC
    PacketIdentifier identifier = 0;
    FlightState state = FlightState::Settled;
  };
  // Each takes the bytes behind a key's first one and the value; an Error says that they are none of ours.
  Result<void> restore_version(Bytes value) const;
  Result<RestoredMessage> restore_message(Bytes key, Bytes value);
  Result<PacketIdentifier> restore_incoming_qos2(Bytes key) const;
  // All records were restored: the version is put down.
  void finish_restoring();

 private:
  RecordWriter record_;
  JournalClock clock_;
  std::uint64_t last_number_ = 0;
};

}  // namespace mqtt
