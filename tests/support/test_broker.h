// A Broker with raw-packet peers, a clock that is moved by hand and transports in memory: tests read as a sequence
// chart.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/broker/broker.h"
#include "mqtt/codec/frame_reader.h"
#include "support/memory_journal.h"

namespace mqtt::test {

class Peer;

// The observer's calls, each as a line.
class NotedObserver : public BrokerObserver {
 public:
  void on_connected(ConnectionId id, const ConnectedClient& client) override;
  void on_ended(ConnectionId id, const ConnectionEnd& end) override;
  void on_subscribed(ConnectionId id, std::string_view topic_filter, QoS granted) override;
  void on_unsubscribed(ConnectionId id, std::string_view topic_filter) override;
  void on_publish(ConnectionId id, const Publish& publish) override;
  bool wants_publishes() const override { return true; }

  std::vector<std::string> take() { return std::exchange(notes_, {}); }

 private:
  std::vector<std::string> notes_;
};

// Host and clock of one broker. After each mutation it delivers what the broker has for its peers, and checks what a
// host may rely on.
class TestBroker {
 public:
  explicit TestBroker(const BrokerOptions& options = {}, BrokerObserver* observer = nullptr,
                      BrokerAuthority* authority = nullptr, Journal* journal = nullptr)
      : broker_(options, observer, authority, journal) {}
  // What a journal holds, at the time `now`.
  void restores(const MemoryJournal& journal, Instant now);

  Broker& machine() { return broker_; }
  Instant now() const { return now_; }

  // Moves the clock, stopping at each deadline on the way.
  void advance(Duration duration);
  // The host's own publish: "a/b 'x' qos1 retain".
  Result<void> publishes(std::string_view line);
  void shuts_down();
  // The host's late answer about a connection.
  void decides(const Peer& peer, const Verdict& verdict);
  // The host closes a connection, with the rest of a DISCONNECT's line.
  void disconnects(const Peer& peer, std::string_view line);

  // Peers hand their bytes over in slices of this size from now on; 0: as they are.
  void slice_input(std::size_t bytes) { input_slice_ = bytes; }
  // Peers take at most this many bytes with one write, and see one element of the output at a time.
  void slice_output(std::size_t bytes) { output_slice_ = bytes; }

  BrokerStatistics statistics() const { return broker_.statistics(); }

 private:
  friend class Peer;

  void deliver();
  void deliver_to(Peer& peer);
  Peer* peer_of(ConnectionId id);

  Broker broker_;
  Instant now_{std::chrono::hours(1)};
  std::size_t input_slice_ = 0;
  std::size_t output_slice_ = 0;
  std::vector<Peer*> peers_;
};

// The other end of one connection: it speaks packets as lines (describe.h) and keeps those that come.
class Peer {
 public:
  explicit Peer(TestBroker& broker, ProtocolVersion version = ProtocolVersion::V5_0);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // CONNECT with the rest of its line, "device persistent keep_alive=10"; expects a CONNACK of Success and takes it
  // from what was received.
  void connects(std::string_view line);
  void sends(std::string_view line);
  template <typename... Lines>
  void sends(std::string_view line, const Lines&... further) {
    sends(line);
    (sends(std::string_view(further)), ...);
  }
  void sends_bytes(Bytes bytes);
  // A SUBSCRIBE or UNSUBSCRIBE of which only the effect matters: takes its answer from what was received.
  void subscribes(std::string_view filters_and_options);
  void unsubscribes(std::string_view filters);

  // What came since the last call.
  std::vector<std::string> received();
  std::vector<std::string> received_and_forgotten(std::string_view kind);  // of `kind` alone, the rest is dropped

  // The broker closed the connection; everything it had to say was received before.
  bool is_closed() const { return is_closed_; }
  // The transport goes without a DISCONNECT.
  void is_lost();
  // From now on nothing is taken from the broker's output, or again.
  void stops_reading() { reads_ = false; }
  void reads_again();

  ConnectionId id() const { return id_; }
  ProtocolVersion version() const { return version_; }
  std::size_t bytes_received() const { return bytes_received_; }

 private:
  friend class TestBroker;

  void take(Bytes bytes);

  TestBroker& broker_;
  ProtocolVersion version_;
  ConnectionId id_;
  bool is_open_ = true;
  bool is_closed_ = false;
  bool reads_ = true;
  std::size_t bytes_received_ = 0;
  PacketIdentifier next_identifier_ = 30'000;  // of what subscribes() and unsubscribes() send
  FrameReader reader_;
  std::vector<std::string> received_;
};

// "3.1.1" for messages.
std::string version_name(ProtocolVersion version);

}  // namespace mqtt::test
