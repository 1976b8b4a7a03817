// A Client with a raw-packet server at the other end, a clock that is moved by hand and every event as a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/client/client.h"
#include "mqtt/codec/frame_reader.h"

namespace mqtt::test {

// The listener's calls, each as a line:
//   redial · connack reason [session-present] {..} · message PUBLISH-line · published token [idN] [reason] {..} ·
//   subscribed token SUBACK-line · unsubscribed token UNSUBACK-line · failed token: text · disconnect DISCONNECT-line ·
//   auth AUTH-line · warning reason: text · closing reason[: text]
class NotedListener : public ClientListener {
 public:
  void on_reconnect_due() override { notes_.emplace_back("redial"); }
  void on_connack(const Connack& connack) override;
  void on_message(const Publish& publish) override;
  void on_published(OperationToken token, PacketIdentifier identifier, ReasonCode reason,
                    const Properties& properties) override;
  void on_subscribed(OperationToken token, const Suback& suback) override;
  void on_unsubscribed(OperationToken token, const Unsuback& unsuback) override;
  void on_operation_failed(OperationToken token, const Error& error) override;
  void on_disconnect(const Disconnect& disconnect) override;
  void on_auth(const Auth& auth) override;
  void on_warning(const Error& error) override;
  void on_closing(const Error& error) override;

  std::vector<std::string> take() { return std::exchange(notes_, {}); }

 private:
  std::vector<std::string> notes_;
};

class TestClient {
 public:
  explicit TestClient(const ClientOptions& options = {}, Journal* journal = nullptr)
      : client_(options, listener_, journal) {}

  Client& machine() { return client_; }
  Instant now() const { return now_; }

  // --- the transport
  // start_attempt() and transport_opened() with the rest of a CONNECT's line: "device persistent keep_alive=10".
  void opens(std::string_view connect);
  // The same, answered with "CONNACK success" and the rest of its line; the events and packets of it are forgotten.
  void connects(std::string_view connect, std::string_view connack = "");
  // The server's packets come in.
  void gets(std::string_view line);
  template <typename... Lines>
  void gets(std::string_view line, const Lines&... further) {
    gets(line);
    (gets(std::string_view(further)), ...);
  }
  void gets_bytes(Bytes bytes);
  void loses_transport();
  // Moves the clock, stopping at each deadline on the way.
  void advance(Duration duration);

  // --- the application; the lines are a packet's without its name. The answer is "" or the Error's text.
  std::string publishes(std::string_view line, OperationToken token = kNoToken);
  std::string subscribes(std::string_view line, OperationToken token = kNoToken);
  std::string unsubscribes(std::string_view line, OperationToken token = kNoToken);
  std::string authenticates(std::string_view line);
  // The rest of a PUBACK's line, for a message of either QoS: "id1 not-authorized {reason_string=no}".
  std::string acknowledges(std::string_view line);
  void leaves_unacknowledged(PacketIdentifier identifier);
  void disconnects(std::string_view line = "");

  // --- what has come of it, since the last call
  // Packets that the server received; the transport takes them at once, unless it holds them.
  std::vector<std::string> sent();
  std::vector<std::string> events() { return listener_.take(); }
  bool wants_close() const { return client_.should_close(); }
  // The server's packets come in slices of this size from now on; 0: as they are.
  void slice_input(std::size_t bytes) { input_slice_ = bytes; }

 private:
  void drain();

  NotedListener listener_;
  Client client_;
  Instant now_{std::chrono::hours(1)};
  ProtocolVersion version_ = ProtocolVersion::V5_0;
  std::size_t input_slice_ = 0;
  FrameReader reader_;
  std::vector<std::string> sent_;
};

}  // namespace mqtt::test
