// One client's link <-> one TCP connection to the upstream broker, byte for byte.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "mqtt/base/bytes.h"
#include "net/link.h"
#include "upstream/gathering.h"
#include "upstream/upstream_dial.h"

namespace wasmqtt {

class Relay;

// What one side does not take stays here, and the other side is not read from until it has gone: at most one read's
// bytes wait in each direction.
class RelaySession : public std::enable_shared_from_this<RelaySession> {
 public:
  RelaySession(Relay& relay, std::shared_ptr<Link> client);
  ~RelaySession();

  void start();
  // Ends both sides; the code and the text go to the client.
  void close(CloseCode code, std::string_view text);

 private:
  // One of the two links, and the bytes on their way to it.
  struct Side final : LinkListener {
    Side(RelaySession& owner, Side& opposite) : session(owner), other(opposite) {}

    void on_bytes(Bytes bytes) override;
    void on_writable() override;
    void on_end(const LinkEnd& end) override { session.on_side_end(*this, end); }

    void send(Bytes bytes);
    void flush();

    RelaySession& session;
    Side& other;
    std::shared_ptr<Link> link;  // the upstream's is null until it is connected
    mqtt::ByteBuffer waiting;
    std::size_t waiting_begin = 0;
    bool close_when_flushed = false;
    CloseCode close_code = CloseCode::NormalClosure;
    std::string close_text;
  };

  void on_dialled(UpstreamDial::Outcome outcome);
  void let_bytes_gather(std::size_t bytes);
  void on_side_end(Side& side, const LinkEnd& end);
  void finish();

  Relay& relay_;
  Side client_;
  Side upstream_;
  std::shared_ptr<UpstreamDial> dial_;
  Gathering gathering_;  // of what comes from the upstream
  bool finished_ = false;
};

}  // namespace wasmqtt
