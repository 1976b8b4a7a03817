// Sessions, subscriptions, deliveries and messages as bytes under ordered keys.
#include "mqtt/broker/recorder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "mqtt/broker/subscription_options.h"
#include "mqtt/codec/varint.h"

namespace mqtt {

namespace {

constexpr std::uint32_t kVersion = 1;

constexpr std::uint8_t kHasWill = 1;
constexpr std::uint8_t kWillExpires = 2;
constexpr std::uint8_t kRetain = 4;  // beside a delivery's QoS

}  // namespace

// --- messages

std::uint64_t Recorder::keep(const Message& message) {
  Message::Record& record = message.record();
  if (record.owners++ > 0) return record.number;
  record.number = ++last_message_;
  record_.begin('1').u64(record.number);
  write_message(message, clock_, record_.value());
  record_.put();
  return record.number;
}

void Recorder::release(const Message& message) {
  if (!is_on() || !message) return;
  Message::Record& record = message.record();
  if (record.owners == 0 || --record.owners > 0) return;
  record_.begin('1').u64(record.number);
  record_.erase();
}

Result<void> Recorder::restore_message(Bytes key, Bytes value) {
  ByteReader key_reader(key);
  const auto number = key_reader.u64();
  ByteReader reader(value);
  auto message = read_message(reader, clock_);
  if (!number || !message) return damaged_record();
  message->record().number = *number;
  last_message_ = *number;
  restored_.emplace(*number, std::move(*message));
  return {};
}

Result<Message> Recorder::restored_message(std::uint64_t record) {
  const auto found = restored_.find(record);
  if (found == restored_.end()) return damaged_record();
  ++found->second.record().owners;
  return found->second;
}

// --- sessions

void Recorder::session(Session& session) {
  if (!is_on() || (session.expiry_interval == 0 && session.record == 0)) return;
  if (session.record == 0) session.record = ++last_session_;
  record_.begin('2').u64(session.record);
  record_.value().text(session.client_identifier);
  record_.value().u32(session.expiry_interval);
  record_.value().u64(static_cast<std::uint64_t>(clock_.to_unix(session.expires_at)));
  const bool expires = session.will && session.will->message_expiry_interval;
  record_.value().u8(static_cast<std::uint8_t>((session.will ? kHasWill : 0) | (expires ? kWillExpires : 0)));
  if (session.will) {
    record_.value().u64(static_cast<std::uint64_t>(clock_.to_unix(session.will_at)));
    record_.value().u32(session.will->delay);
    record_.value().u32(session.will->message_expiry_interval.value_or(0));
    write_message(session.will->message, clock_, record_.value());
  }
  record_.put();
}

void Recorder::erase_session(Session& session) {
  if (session.record == 0) return;
  record_.begin('2').u64(session.record);
  record_.erase();
  session.incoming_qos2.for_each([&](PacketIdentifier identifier) { erase_incoming_qos2(session, identifier); });
  session.record = 0;
}

Result<void> Recorder::restore_session(Bytes key, Bytes value, Session& session) {
  ByteReader key_reader(key);
  ByteReader reader(value);
  const auto number = key_reader.u64();
  const auto client_identifier = reader.binary();
  const auto expiry_interval = reader.u32();
  const auto expires_at = reader.u64();
  const auto flags = reader.u8();
  if (!number || !client_identifier || !expiry_interval || !expires_at || !flags) return damaged_record();
  session.record = last_session_ = *number;
  session.client_identifier = as_text(*client_identifier);
  session.expiry_interval = *expiry_interval;
  session.expires_at = clock_.from_unix(static_cast<std::int64_t>(*expires_at));
  if ((*flags & kHasWill) == 0) return {};
  const auto will_at = reader.u64();
  const auto delay = reader.u32();
  const auto interval = reader.u32();
  if (!will_at || !delay || !interval) return damaged_record();
  auto message = read_message(reader, clock_);
  if (!message) return message.error();
  session.will_at = clock_.from_unix(static_cast<std::int64_t>(*will_at));
  session.will = WillMessage{.message = std::move(*message), .delay = *delay, .message_expiry_interval = {}};
  if ((*flags & kWillExpires) != 0) session.will->message_expiry_interval = *interval;
  return {};
}

// --- what a session has

void Recorder::subscription(const Session& session, std::string_view topic_filter, const Subscription& subscription) {
  if (session.record == 0) return;
  record_.begin('3').u64(session.record);
  record_.key().append(as_bytes(topic_filter));
  record_.value().u8(subscription.options);
  record_.value().u32(subscription.subscription_identifier);
  record_.put();
}

void Recorder::erase_subscription(const Session& session, std::string_view topic_filter) {
  if (session.record == 0) return;
  record_.begin('3').u64(session.record);
  record_.key().append(as_bytes(topic_filter));
  record_.erase();
}

Result<Recorder::RestoredSubscription> Recorder::restore_subscription(Bytes key, Bytes value) const {
  ByteReader key_reader(key);
  ByteReader reader(value);
  const auto session = key_reader.u64();
  const auto options = reader.u8();
  const auto identifier = reader.u32();
  if (!session || !options || !identifier || *identifier > kMaximumVarint) return damaged_record();
  RestoredSubscription restored{.session = *session, .topic_filter = as_text(key_reader.rest()), .subscription = {}};
  restored.subscription.options = *options;
  restored.subscription.subscription_identifier = *identifier;
  return restored;
}

void Recorder::incoming_qos2(const Session& session, PacketIdentifier identifier) {
  if (session.record == 0) return;
  record_.begin('4').u64(session.record);
  record_.key().u16(identifier);
  record_.put();
}

void Recorder::erase_incoming_qos2(const Session& session, PacketIdentifier identifier) {
  if (session.record == 0) return;
  record_.begin('4').u64(session.record);
  record_.key().u16(identifier);
  record_.erase();
}

Result<std::pair<std::uint64_t, PacketIdentifier>> Recorder::restore_incoming_qos2(Bytes key) const {
  ByteReader reader(key);
  const auto session = reader.u64();
  const auto identifier = reader.u16();
  if (!session || !identifier || *identifier == 0) return damaged_record();
  return std::pair(*session, *identifier);
}

void Recorder::delivery(Session& session, Delivery& delivery, PacketIdentifier identifier, FlightState state,
                        std::string_view share) {
  if (session.record == 0) return;
  const bool is_new = delivery.record == 0;
  if (is_new) delivery.record = ++last_delivery_;
  const std::uint64_t message = is_new ? keep(delivery.message) : delivery.message.record().number;
  record_.begin('5').u64(session.record);
  record_.key().u64(delivery.record);
  record_.value().u64(message);
  record_.value().u16(identifier);
  record_.value().u8(static_cast<std::uint8_t>(state));
  record_.value().u8(static_cast<std::uint8_t>(static_cast<unsigned>(delivery.qos) | (delivery.retain ? kRetain : 0U)));
  record_.value().u32(static_cast<std::uint32_t>(delivery.subscription_identifiers.size()));
  for (const std::uint32_t subscription : delivery.subscription_identifiers)
    record_.value().u32(subscription);
  record_.value().append(as_bytes(share));
  record_.put();
}

void Recorder::erase_delivery(const Session& session, Delivery& delivery) {
  if (delivery.record == 0) return;
  release(delivery.message);
  record_.begin('5').u64(session.record);
  record_.key().u64(delivery.record);
  record_.erase();
  delivery.record = 0;
}

void Recorder::forget_message(const Session& session, Delivery& delivery, PacketIdentifier identifier) {
  const std::uint64_t record = delivery.record;
  if (record != 0) {
    release(delivery.message);
    record_.begin('5').u64(session.record);
    record_.key().u64(record);
    record_.value().u64(0);
    record_.value().u16(identifier);
    record_.value().u8(static_cast<std::uint8_t>(FlightState::AwaitingPubcomp));
    record_.value().u8(static_cast<std::uint8_t>(QoS::ExactlyOnce));
    record_.value().u32(0);
    record_.put();
  }
  delivery = {};
  delivery.record = record;
}

Result<Recorder::RestoredDelivery> Recorder::restore_delivery(Bytes key, Bytes value) {
  ByteReader key_reader(key);
  ByteReader reader(value);
  const auto session = key_reader.u64();
  const auto number = key_reader.u64();
  const auto message = reader.u64();
  const auto identifier = reader.u16();
  const auto state = reader.u8();
  const auto how = reader.u8();
  const auto count = reader.u32();
  if (!session || !number || !message || !identifier || !state || !how || !count) return damaged_record();
  if (*state > static_cast<std::uint8_t>(FlightState::AwaitingPubcomp) || (*how & 3) == 3) return damaged_record();
  RestoredDelivery restored{.session = *session,
                            .delivery = {},
                            .identifier = *identifier,
                            .state = static_cast<FlightState>(*state),
                            .share = {}};
  Delivery& delivery = restored.delivery;
  delivery.record = *number;
  last_delivery_ = std::max(last_delivery_, *number);
  delivery.qos = static_cast<QoS>(*how & 3);
  delivery.retain = (*how & kRetain) != 0;
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto subscription = reader.u32();
    if (!subscription || *subscription == 0 || *subscription > kMaximumVarint) return damaged_record();
    delivery.subscription_identifiers.push_back(*subscription);
  }
  restored.share = as_text(reader.rest());
  if (*message == 0) {
    if (restored.state != FlightState::AwaitingPubcomp) return damaged_record();
    return restored;
  }
  auto kept = restored_message(*message);
  if (!kept) return kept.error();
  delivery.message = std::move(*kept);
  return restored;
}

// --- retained messages

void Recorder::retained(std::string_view topic, const Message& message) {
  if (!is_on()) return;
  const std::uint64_t number = keep(message);
  record_.begin('6').append(as_bytes(topic));
  record_.value().u64(number);
  record_.put();
}

void Recorder::erase_retained(std::string_view topic, const Message& replaced) {
  if (!is_on()) return;
  release(replaced);
  record_.begin('6').append(as_bytes(topic));
  record_.erase();
}

void Recorder::note(std::string_view topic) {
  if (!is_on()) return;
  record_.begin('7').append(as_bytes(topic));
  record_.put();
}

void Recorder::erase_note(std::string_view topic) {
  if (!is_on()) return;
  record_.begin('7').append(as_bytes(topic));
  record_.erase();
}

Result<Message> Recorder::restore_retained(Bytes value) {
  ByteReader reader(value);
  const auto number = reader.u64();
  if (!number) return damaged_record();
  return restored_message(*number);
}

// --- the whole

Result<void> Recorder::restore_version(Bytes value) const {
  ByteReader reader(value);
  if (reader.u32() == kVersion) return {};
  return Error{Fault::CallerMisuse, ReasonCode::ImplementationSpecificError,
               "the journal was written by another version of the broker"};
}

void Recorder::finish_restoring() {
  if (!is_on()) return;
  for (const auto& [number, message] : restored_) {
    if (message.record().owners > 0) continue;
    record_.begin('1').u64(number);
    record_.erase();
  }
  restored_ = {};
  record_.begin('0');
  record_.value().u32(kVersion);
  record_.put();
}

}  // namespace mqtt
