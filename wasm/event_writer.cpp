// Event records, laid out as records.h says.
#include "event_writer.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace wasmqtt {
namespace {

// A small payload joins those that JavaScript copies out with one slice; a larger one is worth a slice of its own, so
// that keeping the one does not keep the other.
constexpr std::size_t kLargestSharedPayload = 4096;

// A buffer that one unusual step made large gives its memory back.
constexpr std::size_t kKeptCapacity = 1024 * 1024;

std::uint32_t address_of(const void* pointer) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pointer));
}
std::uint32_t word_of(std::size_t size) {
  return static_cast<std::uint32_t>(size);
}

void reuse(mqtt::ByteBuffer& buffer) {
  if (buffer.capacity() > kKeptCapacity) {
    buffer.release();
  } else {
    buffer.clear();
  }
}

}  // namespace

void EventWriter::clear() {
  reuse(events_);
  reuse(data_);
  reuse(payloads_);
}

StepResults EventWriter::results() const {
  return {address_of(events_.data()), word_of(events_.size() / (kEventWords * sizeof(std::uint32_t))),
          address_of(data_.data()), address_of(payloads_.data()), word_of(payloads_.size())};
}

void EventWriter::set_frame(std::uint32_t number, mqtt::Bytes bytes) {
  frame_ = bytes;
  frame_number_ = number;
  frame_is_named_ = false;
}

void EventWriter::write(EventKind kind, std::uint32_t subject,
                        const std::array<std::uint32_t, kEventWords - 2>& fields) {
  std::uint8_t* const at = events_.extend(kEventWords * sizeof(std::uint32_t));
  const std::array<std::uint32_t, 2> head{static_cast<std::uint32_t>(kind), subject};
  std::memcpy(at, head.data(), sizeof head);
  std::memcpy(at + sizeof head, fields.data(), sizeof fields);
}

void EventWriter::message(EventKind kind, std::uint32_t subject, const mqtt::Publish& publish) {
  const std::uint32_t topic_number = topic(publish.topic);
  std::uint32_t flags = static_cast<std::uint32_t>(publish.qos) |
                        (publish.retain ? static_cast<std::uint32_t>(MessageFlags::Retain) : 0) |
                        (publish.dup ? static_cast<std::uint32_t>(MessageFlags::Dup) : 0) |
                        std::uint32_t{publish.packet_identifier}
                            << static_cast<std::uint32_t>(MessageFlags::PacketIdentifierShift);
  const std::uint32_t payload = place_payload(publish.payload, flags);
  const Text properties = publish_properties(publish.properties);
  write(kind, subject,
        {topic_number, flags, payload, word_of(publish.payload.size()), properties.offset, properties.length});
}

std::uint32_t EventWriter::topic(std::string_view topic) {
  const TopicTable::Interned interned = topics_.intern(topic);
  if (interned.is_new) {
    const Text copy = text(topic);
    write(EventKind::Topic, interned.number, {copy.offset, copy.length});
  }
  return interned.number;
}

std::uint32_t EventWriter::place_payload(mqtt::Bytes payload, std::uint32_t& flags) {
  if (mqtt::lies_inside(payload, frame_)) {
    flags |= static_cast<std::uint32_t>(MessageFlags::PayloadInFrame);
    if (!frame_is_named_) {
      frame_is_named_ = true;
      write(EventKind::Frame, frame_number_, {});
    }
    return address_of(payload.data()) - address_of(frame_.data());
  }
  mqtt::ByteBuffer* buffer = &data_;
  if (payload.size() <= kLargestSharedPayload) {
    flags |= static_cast<std::uint32_t>(MessageFlags::PayloadInPayloads);
    buffer = &payloads_;
  }
  const std::uint32_t offset = word_of(buffer->size());
  if (buffer == &data_) {
    padded(payload);
  } else {
    buffer->append(payload);
  }
  return offset;
}

void EventWriter::error(EventKind kind, std::uint32_t subject, std::uint32_t token, const mqtt::Error& error) {
  const Text copy = text(error.text);
  write(kind, subject,
        {token, static_cast<std::uint32_t>(error.fault), static_cast<std::uint32_t>(error.reason), copy.offset,
         copy.length, static_cast<std::uint32_t>(error.kind)});
}

void EventWriter::connecting(std::uint32_t connection, const mqtt::Connect& connect) {
  const auto flag = [](bool is_set, ConnectedFlags flag) { return is_set ? static_cast<std::uint32_t>(flag) : 0; };
  const std::uint32_t flags =
      static_cast<std::uint32_t>(connect.version) | flag(connect.clean_start, ConnectedFlags::CleanStart) |
      flag(connect.user_name.has_value(), ConnectedFlags::HasUserName) |
      flag(connect.password.has_value(), ConnectedFlags::HasPassword) |
      std::uint32_t{connect.keep_alive} << static_cast<std::uint32_t>(ConnectedFlags::KeepAliveShift);
  const mqtt::Bytes user_name = mqtt::as_bytes(connect.user_name.value_or(""));
  const mqtt::Bytes password = connect.password.value_or(mqtt::Bytes());
  const std::size_t begin = data_.size();
  padded(mqtt::as_bytes(connect.client_identifier));
  padded(user_name);
  padded(password);
  const Text run = properties(connect.properties);
  write(EventKind::Connecting, connection,
        {flags, word_of(begin), word_of(connect.client_identifier.size()), word_of(user_name.size()),
         word_of(password.size()), run.length});
}

void EventWriter::connack(std::uint32_t client, const mqtt::Connack& connack, mqtt::ProtocolVersion version) {
  const Text run = properties(connack.properties);
  write(EventKind::Connack, client,
        {connack.session_present, static_cast<std::uint32_t>(connack.reason), run.offset, run.length,
         static_cast<std::uint32_t>(version)});
}

void EventWriter::published(std::uint32_t client, std::uint32_t token, mqtt::PacketIdentifier identifier,
                            mqtt::ReasonCode reason, const mqtt::Properties& properties_of) {
  const Text run = properties(properties_of);
  write(EventKind::Published, client, {token, identifier, static_cast<std::uint32_t>(reason), run.offset, run.length});
}

void EventWriter::subscribed(EventKind kind, std::uint32_t client, std::uint32_t token,
                             mqtt::PacketIdentifier identifier, std::span<const mqtt::ReasonCode> reasons,
                             const mqtt::Properties& properties_of) {
  static_assert(sizeof(mqtt::ReasonCode) == 1);
  const std::uint32_t offset = word_of(data_.size());
  padded({reinterpret_cast<const std::uint8_t*>(reasons.data()), reasons.size()});
  const Text run = properties(properties_of);
  write(kind, client, {token, identifier, offset, word_of(reasons.size()), run.offset, run.length});
}

void EventWriter::reason(EventKind kind, std::uint32_t client, mqtt::ReasonCode reason,
                         const mqtt::Properties& properties_of) {
  const Text run = properties(properties_of);
  write(kind, client, {static_cast<std::uint32_t>(reason), run.offset, run.length});
}

void EventWriter::packet(EventKind kind, std::uint32_t client, mqtt::PacketType type, mqtt::PacketIdentifier identifier,
                         std::size_t bytes) {
  write(kind, client, {static_cast<std::uint32_t>(type), identifier, word_of(bytes)});
}

void EventWriter::output(EventKind kind, std::uint32_t subject, const mqtt::OutputQueue& queue,
                         const mqtt::TransportFrameLimits& limits) {
  mqtt::TransportFrames frames(limits);
  // What fits in one frame needs no look at its packets.
  const bool is_one_frame = queue.size() <= limits.gathered;
  const auto write_runs = [&](std::span<const mqtt::Bytes> runs) {
    mqtt::ByteRuns rest(runs);
    while (!rest.empty()) {
      const std::size_t total = is_one_frame ? rest.size() : frames.next(rest);
      for (std::size_t missing = total; missing > 0;) {
        const mqtt::Bytes run = rest.front().first(std::min(rest.front().size(), missing));
        write(kind, subject, {address_of(run.data()), word_of(run.size()), word_of(total)});
        rest.skip(run.size());
        missing -= run.size();
      }
    }
  };
  std::array<mqtt::Bytes, 8> few;
  if (const std::size_t count = queue.gather(few); count < few.size()) return write_runs(std::span(few).first(count));
  for (std::vector<mqtt::Bytes> many(64);; many.resize(4 * many.size())) {
    const std::size_t count = queue.gather(many);
    if (count < many.size()) return write_runs(std::span(many).first(count));
  }
}

EventWriter::Text EventWriter::bytes(mqtt::Bytes bytes) {
  const Text place{word_of(data_.size()), word_of(bytes.size())};
  padded(bytes);
  return place;
}

// Every message comes through here, few have any.
EventWriter::Text EventWriter::publish_properties(const mqtt::Properties& from) {
  if (!mqtt::has_publish_properties(from)) return {word_of(data_.size()), 0};
  return properties(mqtt::PropertyCursor(from, mqtt::PropertyOwner::Publish));
}

EventWriter::Text EventWriter::properties(mqtt::PropertyCursor cursor) {
  const std::size_t begin = data_.size();
  while (cursor.next())
    property(*cursor);
  return {word_of(begin), word_of(data_.size() - begin)};
}

void EventWriter::property(const mqtt::Property& property) {
  word(static_cast<std::uint32_t>(property.id));
  switch (property.type) {
    case mqtt::PropertyType::Text:
    case mqtt::PropertyType::Binary:
      word(word_of(property.bytes.size()));
      return padded(property.bytes);
    case mqtt::PropertyType::TextPair:
      word(word_of(property.bytes.size()));
      word(word_of(property.second.size()));
      padded(property.bytes);
      return padded(property.second);
    default:
      return word(property.number);
  }
}

void EventWriter::word(std::uint32_t value) {
  std::memcpy(data_.extend(sizeof value), &value, sizeof value);
}

void EventWriter::padded(mqtt::Bytes bytes) {
  std::uint8_t* const at = data_.extend((bytes.size() + 3) & ~std::size_t{3});
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
}

}  // namespace wasmqtt
