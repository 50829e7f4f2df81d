//! The peer that uploads: who may fetch from it, and in which order.

use super::fetch::deadline;
use super::{Chunk, Level, Seconds, Transfers, Upload, Waiter};
use crate::protocols::bittorrent::pieces::contains;
use crate::protocols::kazaa::{Kazaa, Message};
use crate::sim::{Context, ObjectId, Parcel, PeerId};

impl Transfers {
    /// The chunks of `object` that this peer offers; `None` if there are none.
    fn offers(&self, ctx: &Context<'_, Kazaa>, object: ObjectId) -> Option<Vec<u64>> {
        let shape = ctx.shared().shape(object)?;
        if ctx.holds(object) {
            return Some(shape.full());
        }
        if ctx.shared().rides_free(ctx.me().number()) {
            return None;
        }
        let kept = self.downloads.iter().find(|download| download.object == object)?;
        kept.have.iter().any(|&word| word != 0).then(|| kept.have.clone())
    }

    /// Lets those whose turn it is fetch, as many as there are slots. `asker` is answered, the others are told.
    pub(super) fn serve(&mut self, ctx: &mut Context<'_, Kazaa>, asker: Option<PeerId>) {
        let slots = usize::from(ctx.shared().params.upload_slots);
        while self.serving.len() < slots
            && let Some(Waiter { peer, object, .. }) = self.next(ctx)
        {
            let Some(has) = self.offers(ctx, object) else { continue };
            let seconds = Seconds(ctx.shared().chunk_seconds(ctx.profile().up));
            self.serving.push(Upload { peer, object, until: deadline(ctx.now(), seconds.0) });
            let ready = Message::Ready { object, has: Parcel::new(has), seconds };
            if asker == Some(peer) { ctx.reply(peer, ready) } else { ctx.send(peer, ready) }
        }
    }

    /// Takes the next one out of the queue: who came first or, where participation counts, the first of those who claim the
    /// highest level.
    fn next(&mut self, ctx: &Context<'_, Kazaa>) -> Option<Waiter> {
        let mut best = 0;
        if ctx.shared().params.participation {
            for (place, waiter) in self.queue.iter().enumerate() {
                if waiter.level > self.queue[best].level {
                    best = place;
                }
            }
        }
        (best < self.queue.len()).then(|| self.queue.remove(best))
    }

    /// Those who have gone, or need nothing more, are neither served nor wait.
    pub(super) fn drop_uploads(&mut self, goes: impl Fn(PeerId, ObjectId) -> bool) {
        self.serving.retain(|upload| !goes(upload.peer, upload.object));
        self.queue.retain(|waiter| !goes(waiter.peer, waiter.object));
    }
}

impl Kazaa {
    /// Somebody queues up, or still waits. Whoever was served a moment ago has what it fetched.
    pub(in crate::protocols::kazaa) fn on_ask(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        object: ObjectId,
        level: Level,
    ) {
        let transfers = self.transfers();
        transfers.serving.retain(|upload| (upload.peer, upload.object) != (from, object));
        if transfers.offers(ctx, object).is_none() {
            ctx.reply(from, Message::Gone { object });
            return;
        }
        match transfers.queue.iter_mut().find(|waiter| (waiter.peer, waiter.object) == (from, object)) {
            Some(waiter) => waiter.level = level,
            None => transfers.queue.push(Waiter { peer: from, object, level }),
        }
        transfers.serve(ctx, Some(from));
        if transfers.queue.iter().any(|waiter| (waiter.peer, waiter.object) == (from, object)) {
            ctx.reply(from, Message::Queued);
        }
        transfers.tick_from_now(ctx);
    }

    /// Whose turn it is fetches a chunk.
    pub(in crate::protocols::kazaa) fn on_get(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        object: ObjectId,
        chunk: Chunk,
    ) {
        let now = ctx.now();
        let seconds = ctx.shared().chunk_seconds(ctx.profile().up);
        let bytes = ctx.shared().chunk_bytes(object, chunk.0);
        let transfers = self.transfers();
        let offered = transfers.offers(ctx, object).is_some_and(|has| contains(&has, chunk.0));
        let mut serving = transfers.serving.iter_mut();
        let upload = serving.find(|upload| (upload.peer, upload.object) == (from, object));
        if let Some(upload) = upload.filter(|_| offered) {
            upload.until = deadline(now, seconds);
            transfers.uploaded += u64::from(bytes);
            ctx.send(from, Message::Chunk { object, chunk });
        }
    }

    /// Somebody needs nothing more for now.
    pub(in crate::protocols::kazaa) fn on_done(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        object: ObjectId,
    ) {
        let transfers = self.transfers();
        transfers.drop_uploads(|peer, wanted| (peer, wanted) == (from, object));
        transfers.serve(ctx, None);
    }
}
