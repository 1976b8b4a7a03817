// A PUBLISH -> one block: header, topic, property block, payload.
#include "mqtt/session/message.h"

#include <cstdlib>
#include <cstring>
#include <new>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/properties.h"

namespace mqtt {

namespace {

// At least this large, a payload is a block of its own that output queues share.
constexpr std::size_t kSharedFrom = 8 * 1024;

// What stays with a message wherever it goes.
bool is_kept(PropertyId id) {
  return id != PropertyId::MessageExpiryInterval && id != PropertyId::TopicAlias &&
         id != PropertyId::SubscriptionIdentifier;
}

void encode_kept_properties(const Properties& properties, ByteBuffer& out) {
  for (PropertyCursor cursor(properties, PropertyOwner::Publish); cursor.next();) {
    if (is_kept(cursor->id)) write_property(*cursor, out);
  }
}

}  // namespace

Message Message::keep(const Publish& publish, Instant now, SharedBytes shared_payload) {
  const auto interval = publish.properties.message_expiry_interval;
  return keep_until(interval ? now + std::chrono::seconds(*interval) : kNever, publish, std::move(shared_payload));
}

Message Message::keep_until(Instant expires_at, const Publish& publish, SharedBytes shared_payload) {
  if (!shared_payload && publish.payload.size() >= kSharedFrom) shared_payload = SharedBytes::copy_of(publish.payload);
  ByteBuffer properties;
  if (has_publish_properties(publish.properties)) encode_kept_properties(publish.properties, properties);
  const Bytes payload = shared_payload ? Bytes{} : publish.payload;

  void* memory = std::malloc(sizeof(Block) + publish.topic.size() + properties.size() + payload.size());
  if (memory == nullptr) std::abort();
  Message message;
  message.block_ = new (memory) Block;
  Block& block = *message.block_;
  block.topic_length = static_cast<std::uint16_t>(publish.topic.size());
  block.properties_length = static_cast<std::uint32_t>(properties.size());
  block.payload_length = static_cast<std::uint32_t>(payload.size());
  block.qos = publish.qos;
  block.retain = publish.retain;
  block.expires_at = expires_at;
  block.shared_payload = std::move(shared_payload);

  char* at = reinterpret_cast<char*>(message.block_ + 1);
  const auto put = [&at](const void* from, std::size_t count) {
    if (count > 0) std::memcpy(at, from, count);
    at += count;
  };
  put(publish.topic.data(), publish.topic.size());
  put(properties.data(), properties.size());
  put(payload.data(), payload.size());
  return message;
}

Bytes Message::payload() const {
  if (block_->shared_payload) return block_->shared_payload.view();
  const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes()) + block_->topic_length + block_->properties_length;
  return {begin, block_->payload_length};
}

std::size_t Message::memory_bytes() const {
  return sizeof(Block) + block_->topic_length + block_->properties_length + payload().size();
}

void Message::to_publish(Publish& out, Instant now) const {
  out.topic = topic();
  out.payload = payload();
  out.qos = qos();
  out.retain = retain();
  clear_publish_properties(out.properties);
  if (block_->properties_length > 0) {
    const Bytes block{reinterpret_cast<const std::uint8_t*>(bytes()) + block_->topic_length, block_->properties_length};
    // It was encoded from valid properties by keep().
    [[maybe_unused]] const auto decoded = read_property_block(block, PropertyOwner::Publish, out.properties);
  }
  if (block_->expires_at != kNever) {
    const auto left = block_->expires_at > now ? block_->expires_at - now : Duration::zero();
    out.properties.message_expiry_interval =
        static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(left).count());
  }
}

void Message::destroy() {
  block_->~Block();
  std::free(block_);
}

}  // namespace mqtt
