// PUBLISH and its answers -> bytes for a client; connections -> the host, each once.
#include "mqtt/broker/outputs.h"

#include <utility>

#include "mqtt/codec/encode.h"

namespace mqtt {

namespace {

// Memory of drained outputs that is kept for the next ones.
constexpr std::size_t kMaximumSpareBytes = 32 * 1024 * 1024;
constexpr std::size_t kMaximumSpareBuffer = 1024 * 1024;

}  // namespace

void Outputs::respond(Connection& connection, PacketType type, PacketIdentifier identifier, ReasonCode reason) {
  write(connection, [&](ByteBuffer& out) { encode_bare_response(type, identifier, reason, connection.version, out); });
}

bool Outputs::write_publish(Connection& connection, Publish& publish, const SharedBytes& shared_payload) {
  if (connection.peer_maximum_packet_size < kMaximumPacketSize &&
      encoded_size(publish, connection.version) > connection.peer_maximum_packet_size) {
    return false;
  }
  const std::string_view topic = publish.topic;
  if (connection.outgoing_aliases != nullptr)
    connection.outgoing_aliases->apply(publish, connection.peer_maximum_packet_size);
  OutputQueue& out = of(connection);
  if (shared_payload) {
    out.write([&](ByteBuffer& bytes) { encode_publish_head(publish, connection.version, bytes); });
    out.append_shared(shared_payload);
  } else {
    out.write([&](ByteBuffer& bytes) { encode(publish, connection.version, bytes); });
  }
  publish.topic = topic;
  publish.properties.topic_alias.reset();
  count_sent(publish);
  return true;
}

Connection* Outputs::take_ready() {
  while (ready_begin_ < ready_.size()) {
    Connection& connection = *ready_[ready_begin_++];
    connection.is_ready = false;
    if (connection.phase != ConnectionPhase::Free) return &connection;
  }
  ready_.clear();
  ready_begin_ = 0;
  return nullptr;
}

void Outputs::consume(Connection& connection, std::size_t bytes) {
  statistics_.bytes_sent += bytes;
  connection.output.consume(bytes);
  if (connection.output.size() <= options_.maximum_output_bytes) connection.unread_answers = 0;
}

void Outputs::recycle(Connection& connection) {
  if (!connection.output.empty()) return;
  ByteBuffer memory = connection.output.take_memory();
  if (memory.capacity() == 0 || memory.capacity() > kMaximumSpareBuffer ||
      spare_bytes_ + memory.capacity() > kMaximumSpareBytes) {
    return;
  }
  spare_bytes_ += memory.capacity();
  spare_buffers_.push_back(std::move(memory));
}

void Outputs::prepare(Connection& connection) {
  if (!std::exchange(connection.is_ready, true)) ready_.push_back(&connection);
  if (connection.output.memory_bytes() > 0 || spare_buffers_.empty()) return;
  spare_bytes_ -= spare_buffers_.back().capacity();
  connection.output.give_memory(std::move(spare_buffers_.back()));
  spare_buffers_.pop_back();
}

}  // namespace mqtt
