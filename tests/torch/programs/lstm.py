"""A bidirectional LSTM tagger over packed sequences, with RMSprop and a plateau schedule."""

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


class Tagger(nn.Module):
    def __init__(self, vocab, tags, embedding_dim=16, hidden_dim=24):
        super().__init__()
        self.embedding = nn.Embedding(vocab, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=2, batch_first=True, bidirectional=True)
        self.hidden2tag = nn.Linear(2 * hidden_dim, tags)

    def forward(self, sentences, lengths):
        packed = pack_padded_sequence(self.embedding(sentences), lengths, batch_first=True, enforce_sorted=False)
        out, (h, c) = self.lstm(packed)
        out, _ = pad_packed_sequence(out, batch_first=True)
        return self.hidden2tag(out), h


torch.manual_seed(2)
lengths = torch.tensor([9, 5, 7, 3, 9, 6])
sentences = pad_sequence([torch.randint(1, 30, (n,)) for n in lengths.tolist()], batch_first=True)
tags = torch.where(sentences > 0, sentences % 4, torch.full_like(sentences, -100))
model = Tagger(30, 4)
loss_function = nn.CrossEntropyLoss(ignore_index=-100)
optimizer = torch.optim.RMSprop(model.parameters(), lr=5e-3, momentum=0.5)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, factor=0.5, threshold=0.05)
for step in range(20):
    model.zero_grad()
    scores, h = model(sentences, lengths)
    loss = loss_function(scores.view(-1, 4), tags.view(-1))
    loss.backward()
    nn.utils.clip_grad_value_(model.parameters(), 0.5)
    optimizer.step()
    scheduler.step(loss.item())
    print(f"step {step} loss {loss.item():.7f} h {h.norm().item():.5f}")
