// Both directions are the same code; they differ in what the end of a side means, and only what the broker sends is
// left to gather.
#include "relay/relay_session.h"

#include <utility>

#include <asio/post.hpp>

#include "net/tcp_link.h"
#include "ops/printable.h"
#include "relay/relay.h"

namespace wasmqtt {

RelaySession::RelaySession(Relay& relay, std::shared_ptr<Link> client)
    : relay_(relay), client_(*this, upstream_), upstream_(*this, client_), gathering_(relay.reactor().io) {
  client_.link = std::move(client);
}

RelaySession::~RelaySession() {
  if (finished_) return;
  client_.link->abort();
  if (upstream_.link) upstream_.link->abort();
}

void RelaySession::start() {
  client_.link->pause();  // until there is somebody to pass its bytes on to
  client_.link->start(client_);
  dial_ = std::make_shared<UpstreamDial>(
      relay_.reactor().io, relay_.upstream(),
      [self = shared_from_this()](UpstreamDial::Outcome outcome) { self->on_dialled(std::move(outcome)); });
  dial_->start();
}

void RelaySession::on_dialled(UpstreamDial::Outcome outcome) {
  dial_.reset();
  if (finished_) return;
  Reactor& reactor = relay_.reactor();
  if (!outcome.problem.empty()) {
    const std::string text = "no connection to the broker at " + relay_.upstream().text() + ": " + outcome.problem;
    reactor.log->error("{}: {}", client_.link->peer(), text);
    // Not 1014 (bad gateway): Chromium takes that code for a protocol error and hides the text.
    return close(CloseCode::InternalError, text);
  }
  reactor.log->info("{}: connected to {}", client_.link->peer(), relay_.upstream().text());
  upstream_.link = std::make_shared<TcpLink>(reactor, std::move(outcome.socket), std::move(outcome.peer));
  upstream_.link->start(upstream_);
  upstream_.flush();
}

void RelaySession::Side::on_bytes(Bytes bytes) {
  other.send(bytes);
  if (this == &session.upstream_) session.let_bytes_gather(bytes.size());
}

void RelaySession::let_bytes_gather(std::size_t bytes) {
  if (finished_) return;
  const bool gathers = gathering_.begins_after(bytes, [self = shared_from_this()] {
    if (!self->finished_ && self->client_.waiting.empty()) self->upstream_.link->resume();
  });
  if (gathers) upstream_.link->pause();
}

void RelaySession::Side::send(Bytes bytes) {
  if (link && waiting.empty()) bytes = bytes.subspan(link->write({&bytes, 1}));
  if (bytes.empty()) return;
  waiting.append(bytes);
  other.link->pause();
}

void RelaySession::Side::on_writable() {
  const auto self = session.shared_from_this();
  flush();
}

void RelaySession::Side::flush() {
  if (!waiting.empty()) {
    const Bytes rest = waiting.view().subspan(waiting_begin);
    const std::size_t taken = link->write({&rest, 1});
    waiting_begin += taken;
    if (taken < rest.size()) return;
    waiting.release();
    waiting_begin = 0;
  }
  if (!close_when_flushed) return other.link->resume();
  link->close(close_code, close_text);
  session.finish();
}

// The other side still gets what was on its way to it, and then is closed too.
void RelaySession::on_side_end(Side& side, const LinkEnd& end) {
  const auto self = shared_from_this();
  if (finished_) return;
  Reactor& reactor = relay_.reactor();
  const bool upstream_ended = &side == &upstream_;
  const std::string text =
      upstream_ended ? "the broker at " + relay_.upstream().text() + " is gone: " + end.text : end.text;
  reactor.log->info("{}: {}", client_.link->peer(), printable(text, 256));
  Side& survivor = side.other;
  if (!survivor.link || survivor.close_when_flushed) return finish();
  survivor.close_when_flushed = true;
  survivor.close_code = end.orderly ? CloseCode::GoingAway : CloseCode::InternalError;
  survivor.close_text = text;
  survivor.link->limit_remaining_time();
  survivor.flush();
}

void RelaySession::close(CloseCode code, std::string_view text) {
  if (finished_) return;
  client_.link->close(code, text);
  if (upstream_.link) upstream_.link->close(code, text);
  finish();
}

void RelaySession::finish() {
  if (std::exchange(finished_, true)) return;
  if (dial_) std::exchange(dial_, nullptr)->cancel();
  gathering_.cancel();
  const auto self = shared_from_this();
  relay_.remove(self);
  asio::post(relay_.reactor().io, [self] {});  // frees it outside of its own code
}

}  // namespace wasmqtt
