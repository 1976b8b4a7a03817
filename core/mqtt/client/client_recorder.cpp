// Messages and packet identifiers as bytes under ordered keys.
#include "mqtt/client/client_recorder.h"

#include <algorithm>

namespace mqtt {

namespace {

constexpr std::uint32_t kVersion = 1;

}  // namespace

void ClientRecorder::message(std::uint64_t& number, const Message& message, PacketIdentifier identifier,
                             FlightState state) {
  if (!is_on()) return;
  if (number == 0) number = ++last_number_;
  record_.begin('1').u64(number);
  record_.value().u16(identifier);
  record_.value().u8(static_cast<std::uint8_t>(state));
  write_message(message, clock_, record_.value());
  record_.put();
}

void ClientRecorder::forget_message(std::uint64_t number, PacketIdentifier identifier) {
  if (number == 0) return;
  record_.begin('1').u64(number);
  record_.value().u16(identifier);
  record_.value().u8(static_cast<std::uint8_t>(FlightState::AwaitingPubcomp));
  record_.put();
}

void ClientRecorder::erase_message(std::uint64_t number) {
  if (number == 0) return;
  record_.begin('1').u64(number);
  record_.erase();
}

void ClientRecorder::incoming_qos2(PacketIdentifier identifier) {
  if (!is_on()) return;
  record_.begin('2').u16(identifier);
  record_.put();
}

void ClientRecorder::erase_incoming_qos2(PacketIdentifier identifier) {
  if (!is_on()) return;
  record_.begin('2').u16(identifier);
  record_.erase();
}

Result<void> ClientRecorder::restore_version(Bytes value) const {
  ByteReader reader(value);
  if (reader.u32() == kVersion) return {};
  return Error{Fault::CallerMisuse, ReasonCode::ImplementationSpecificError,
               "the journal was written by another version of the client"};
}

Result<ClientRecorder::RestoredMessage> ClientRecorder::restore_message(Bytes key, Bytes value) {
  ByteReader key_reader(key);
  ByteReader reader(value);
  const auto number = key_reader.u64();
  const auto identifier = reader.u16();
  const auto state = reader.u8();
  if (!number || *number == 0 || !key_reader.empty() || !state) return damaged_record();
  RestoredMessage restored{.number = *number, .message = {}, .identifier = *identifier, .state = FlightState{*state}};
  last_number_ = std::max(last_number_, *number);
  if (restored.state == FlightState::AwaitingPubcomp && reader.empty()) {
    if (*identifier == 0) return damaged_record();
    return restored;
  }
  auto message = read_message(reader, clock_);
  if (!message || message->qos() == QoS::AtMostOnce) return damaged_record();
  const auto awaited = message->qos() == QoS::AtLeastOnce ? FlightState::AwaitingPuback : FlightState::AwaitingPubrec;
  if (restored.state != (*identifier == 0 ? FlightState::Settled : awaited)) return damaged_record();
  restored.message = std::move(*message);
  return restored;
}

Result<PacketIdentifier> ClientRecorder::restore_incoming_qos2(Bytes key) const {
  ByteReader reader(key);
  const auto identifier = reader.u16();
  if (!identifier || *identifier == 0 || !reader.empty()) return damaged_record();
  return *identifier;
}

void ClientRecorder::finish_restoring() {
  if (!is_on()) return;
  record_.begin('0');
  record_.value().u32(kVersion);
  record_.put();
}

}  // namespace mqtt
