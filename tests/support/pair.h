// Real clients against a real broker over transports in memory, which may be slow and be cut off at any byte; each
// has a journal, and may be killed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/broker/broker.h"
#include "mqtt/client/client.h"
#include "support/memory_journal.h"
#include "support/written_packet.h"

namespace mqtt::test {

class PairedClient;

// A broker and the clock that it shares with its clients.
class PairedBroker {
 public:
  explicit PairedBroker(const BrokerOptions& options = {}) : options_(options) { restart(); }

  Broker& machine() { return *machine_; }
  // Killed, with every transport, and begun again with what its journal has.
  void restart();

  // Runs everybody's deadlines.
  void advance(Duration duration);
  // Moves bytes, redials and lets time pass until nobody has anything to say.
  void settle();

  Instant now{std::chrono::hours(1)};

 private:
  friend class PairedClient;
  BrokerOptions options_;
  MemoryJournal journal_;
  std::unique_ptr<Broker> machine_;
  std::vector<PairedClient*> clients_;
};

// A client that dials whenever it is told to, and notes what it hears.
class PairedClient final : private ClientListener {
 public:
  struct Message {
    std::string topic;
    std::string payload;
    QoS qos;
    bool retain;
  };

  // `connect` is the rest of a CONNECT's line; each attempt sends it.
  PairedClient(PairedBroker& broker, std::string_view connect, const ClientOptions& options = {});
  ~PairedClient() override;

  Client& machine() { return *client_; }

  void dial();
  // Killed, with its transport, and begun again with what its journal has; it does not dial by itself.
  void restart();
  // At most this many bytes one way or the other; they may stay under way. False if there was nothing to move.
  bool write_up(std::size_t bytes);     // from the client to the wire
  bool arrive_up(std::size_t bytes);    // from the wire to the broker
  bool write_down(std::size_t bytes);   // from the broker to the wire
  bool arrive_down(std::size_t bytes);  // from the wire to the client
  bool move_everything();
  // Cut off: what is under way is lost. The broker may learn of it later, by broker_learns().
  void cut(bool broker_learns_at_once = true);
  void broker_learns();
  // The transport is cut as soon as that many bytes have arrived on this side; once.
  void cut_after_up(std::size_t bytes) { up_budget_ = bytes; }
  void cut_after_down(std::size_t bytes) { down_budget_ = bytes; }
  bool has_transport() const { return connection_.has_value(); }
  std::size_t bytes_up() const { return bytes_up_; }
  std::size_t bytes_down() const { return bytes_down_; }

  // What the application has heard.
  std::vector<Message> messages;
  std::vector<OperationToken> published;
  std::vector<OperationToken> failed;
  std::vector<OperationToken> subscribed;
  std::size_t connacks = 0;

 private:
  friend class PairedBroker;

  void on_reconnect_due() override { wants_dial_ = true; }
  void on_connack(const Connack&) override { ++connacks; }
  void on_message(const Publish& publish) override;
  void on_published(OperationToken token, PacketIdentifier, ReasonCode, const Properties&) override {
    published.push_back(token);
  }
  void on_subscribed(OperationToken token, const Suback&) override { subscribed.push_back(token); }
  void on_operation_failed(OperationToken token, const Error&) override { failed.push_back(token); }

  void lose_transport();
  void close_if_asked();

  PairedBroker& broker_;
  WrittenPacket connect_;
  ClientOptions options_;
  MemoryJournal journal_;
  std::unique_ptr<Client> client_;
  bool wants_dial_ = false;
  std::optional<ConnectionId> connection_;
  std::vector<ConnectionId> forgotten_;  // cut off, and the broker does not know yet
  std::vector<std::uint8_t> up_, down_;  // under way
  std::optional<std::size_t> up_budget_, down_budget_;
  std::size_t bytes_up_ = 0;
  std::size_t bytes_down_ = 0;
};

}  // namespace mqtt::test
