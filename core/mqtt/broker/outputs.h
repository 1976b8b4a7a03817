// What goes out to the clients: which connections the host is to look at, and the memory of their outputs.
#pragma once

#include <cstddef>
#include <vector>

#include "mqtt/broker/broker.h"
#include "mqtt/broker/connection.h"

namespace mqtt {

// Every packet to a client is written here and counted. The connections must outlive it.
class Outputs {
 public:
  Outputs(const BrokerOptions& options, BrokerStatistics& statistics) : options_(options), statistics_(statistics) {}

  // Where a packet to the client goes; names the connection ready.
  OutputQueue& of(Connection& connection) {
    if (!connection.is_ready || connection.output.memory_bytes() == 0) prepare(connection);
    return connection.output;
  }
  // `encode(ByteBuffer&)` appends a packet other than PUBLISH; false, and nothing is written, when it is more than the
  // client takes. [MQTT-3.1.2-24]
  template <typename Encode>
  bool write(Connection& connection, Encode&& encode) {
    OutputQueue& out = of(connection);
    const std::size_t bytes = out.write(encode);
    if (bytes > connection.peer_maximum_packet_size) {
      out.drop_last_write();
      return false;
    }
    ++statistics_.packets_sent;
    if (out.size() > options_.maximum_output_bytes) connection.unread_answers += bytes;
    return true;
  }
  // PUBACK, PUBREC, PUBREL or PUBCOMP without properties.
  void respond(Connection& connection, PacketType type, PacketIdentifier identifier, ReasonCode reason);
  // By a topic alias where the client takes them; `publish` is as before when it returns. `shared_payload`: null where
  // the payload is to be copied. False, and nothing is written, when it is more than the client takes.
  bool write_publish(Connection& connection, Publish& publish, const SharedBytes& shared_payload);
  // A PUBLISH was written to of().
  void count_sent(const Publish& publish) {
    ++statistics_.packets_sent;
    ++statistics_.publishes_sent;
    statistics_.payload_bytes_sent += publish.payload.size();
  }

  // The next connection that was named ready, once for all that happened since it was last taken; null: none.
  Connection* take_ready();
  // The host has written so many bytes of it.
  void consume(Connection& connection, std::size_t bytes);
  // Takes the memory of an empty output back, for the next ones.
  void recycle(Connection& connection);

 private:
  void prepare(Connection& connection);

  const BrokerOptions& options_;
  BrokerStatistics& statistics_;
  std::vector<Connection*> ready_;
  std::size_t ready_begin_ = 0;            // those before it were taken
  std::vector<ByteBuffer> spare_buffers_;  // of drained outputs
  std::size_t spare_bytes_ = 0;
};

}  // namespace mqtt
