package io.openclaw.gateway.policy.persistence;

import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.policy.proposal.Proposal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Changes of the policy that people propose. */
public final class ProposalStore {
    private final JdbcClient jdbc;
    private final String proposals;

    public ProposalStore(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.proposals = schema.name() + ".proposals";
    }

    /**
     * Adds an open proposal.
     *
     * @param maxOpen how many may be open
     * @return false if one has that id, or so many are open
     */
    public boolean add(Proposal proposal, int maxOpen) {
        return jdbc.sql("insert into " + proposals
                                + " (id, text, tests, reason, proposed_by, proposed_at, state) select ?, ?, ?, ?, ?, ?, 'OPEN'"
                                + " where (select count(*) from " + proposals
                                + " where state = 'OPEN') < ? on conflict (id) do nothing")
                        .param(proposal.id())
                        .param(proposal.text())
                        .param(proposal.tests())
                        .param(proposal.reason())
                        .param(proposal.proposedBy())
                        .param(Timestamp.from(proposal.proposedAt()))
                        .param(maxOpen)
                        .update()
                == 1;
    }

    /**
     * Closes an open proposal.
     *
     * @return false if somebody closed it before
     */
    public boolean close(Proposal closed) {
        return jdbc.sql(
                                "update " + proposals
                                        + " set state = ?, decided_by = ?, decided_at = ?, answer = ? where id = ? and state = 'OPEN'")
                        .param(closed.state().name())
                        .param(closed.decidedBy())
                        .param(closed.decidedAt() == null ? null : Timestamp.from(closed.decidedAt()))
                        .param(closed.answer())
                        .param(closed.id())
                        .update()
                == 1;
    }

    /** Opens a closed proposal again. */
    public void reopen(String id) {
        jdbc.sql("update " + proposals
                        + " set state = 'OPEN', decided_by = null, decided_at = null, answer = null where id = ?")
                .param(id)
                .update();
    }

    /** Returns a proposal. */
    public Optional<Proposal> find(String id) {
        return jdbc.sql("select * from " + proposals + " where id = ?")
                .param(id)
                .query(ProposalStore::read)
                .optional();
    }

    /** Returns the last proposals, the open ones first, then the newest. */
    public List<Proposal> list(int limit) {
        return jdbc.sql("select * from " + proposals
                        + " order by case when state = 'OPEN' then 0 else 1 end, proposed_at desc limit ?")
                .param(limit)
                .query(ProposalStore::read)
                .list();
    }

    private static Proposal read(ResultSet row, int n) throws SQLException {
        Timestamp decided = row.getTimestamp("decided_at");
        return new Proposal(
                row.getString("id"),
                row.getString("text"),
                row.getString("tests"),
                row.getString("reason"),
                row.getString("proposed_by"),
                row.getTimestamp("proposed_at").toInstant(),
                Proposal.State.valueOf(row.getString("state")),
                row.getString("decided_by"),
                decided == null ? null : decided.toInstant(),
                row.getString("answer"));
    }
}
