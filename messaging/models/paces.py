from django.db import models


class CampaignPace(models.Model):
    """The speed limit of a campaign and when its next message may leave.

    Its release, its messages that waited for their window and its retries draw from it together.
    """

    campaign_id = models.BigIntegerField(primary_key=True)
    per_second = models.FloatField()
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.per_second}/s"
